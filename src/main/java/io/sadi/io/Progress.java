package io.sadi.io;

/**
 * Where work says how it is getting on. The command line shows it on stderr; everything below takes
 * one of these and need not know how it is shown.
 */
public interface Progress {

  /** Drops everything. */
  Progress NONE =
      new Progress() {
        @Override
        public Work start(String what, long total, String unit) {
          return Work.NONE;
        }

        @Override
        public void note(String line) {}

        @Override
        public void warn(String line) {}
      };

  /**
   * Begins a stretch of work, which {@link Work#close} ends.
   *
   * @param what its name, such as {@code epoch 3/40}
   * @param total how many steps it has; 0 or less where that is unknown
   * @param unit what a step is, in the plural: {@code images}
   */
  Work start(String what, long total, String unit);

  /** One line that a person may want to know; {@code -q} drops it. */
  void note(String line);

  /** One line that a person should know; shown under {@code -q} too. */
  void warn(String line);

  /** One line for who asked for more with {@code -v}. */
  default void detail(String line) {}

  /** A stretch of work under way. Any thread may call it. */
  interface Work extends AutoCloseable {

    Work NONE =
        new Work() {
          @Override
          public void advance(long steps) {}

          @Override
          public void message(String text) {}

          @Override
          public void close() {}
        };

    /** So many steps more are done. */
    void advance(long steps);

    /** What stands behind the rate, such as {@code loss 0.0123}; replaces the last message. */
    void message(String text);

    @Override
    void close();
  }
}
