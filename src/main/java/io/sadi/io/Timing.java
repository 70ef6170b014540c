package io.sadi.io;

/** How long something takes that is done over and over. */
public final class Timing {
  private Timing() {}

  /**
   * Repeats something, at least once, and takes the time.
   *
   * @param most how often at most
   * @param enough seconds after which it is not begun again
   * @return seconds each, on average
   */
  public static double secondsEach(Runnable once, int most, double enough) {
    long begin = System.nanoTime();
    double elapsed;
    int times = 0;
    do {
      once.run();
      times++;
      elapsed = (System.nanoTime() - begin) / 1e9;
    } while (times < most && elapsed < enough);
    return elapsed / times;
  }
}
