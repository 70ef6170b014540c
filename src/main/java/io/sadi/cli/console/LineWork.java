package io.sadi.cli.console;

import io.sadi.io.Progress;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Progress in a pipe or a log: one plain line now and then, and one at the end. */
final class LineWork implements Progress.Work {
  /** Seconds between two lines: a log of a night stays readable. */
  static final double INTERVAL_SECONDS = 15;

  private final Consumer<String> sink;
  private final LongSupplier nanoTime;
  private final String what;
  private final long total;
  private final String unit;
  private final long start;
  private long lastLine;
  private long done;
  private String message = "";
  private boolean closed;

  LineWork(Consumer<String> sink, LongSupplier nanoTime, String what, long total, String unit) {
    this.sink = sink;
    this.nanoTime = nanoTime;
    this.what = what;
    this.total = total;
    this.unit = unit;
    start = nanoTime.getAsLong();
    lastLine = start;
  }

  @Override
  public synchronized void advance(long steps) {
    done += steps;
    long now = nanoTime.getAsLong();
    boolean last = done == total; // said at the end
    if ((now - lastLine) / 1e9 >= INTERVAL_SECONDS && !last && !closed) {
      lastLine = now;
      sink.accept(line(now));
    }
  }

  @Override
  public synchronized void message(String text) {
    message = text;
  }

  @Override
  public synchronized void close() {
    if (!closed && done > 0) { // of nothing the error that follows says more
      sink.accept(line(nanoTime.getAsLong()));
    }
    closed = true;
  }

  private String line(long now) {
    double seconds = (now - start) / 1e9;
    double rate = seconds > 0 ? done / seconds : 0;
    StringBuilder line = new StringBuilder(what).append(": ").append(done);
    if (total > 0) {
      line.append('/').append(total);
    }
    line.append(' ').append(unit);
    line.append(String.format(Locale.ROOT, ", %.3g/s, %s", rate, duration(seconds)));
    if (total > done && rate > 0) {
      line.append(", ").append(duration((total - done) / rate)).append(" left");
    }
    return message.isEmpty() ? line.toString() : line.append(", ").append(message).toString();
  }

  /** {@code 0:07}, {@code 12:05}, {@code 3:00:00}. */
  private static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
