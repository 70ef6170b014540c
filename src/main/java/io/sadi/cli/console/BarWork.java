package io.sadi.cli.console;

import io.sadi.io.Progress;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress on a terminal: a bar with rate, remaining time and message, redrawn in its line. */
final class BarWork implements Progress.Work {
  private final ProgressBar bar;

  BarWork(PrintStream err, int columns, String what, long total, String unit) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(what)
            .setInitialMax(total > 0 ? total : -1)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .showSpeed()
            // Its own consumer would start jline, native library and all, to learn the width.
            .setConsumer(new TerminalLine(err, columns))
            .build();
  }

  @Override
  public void advance(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void message(String text) {
    bar.setExtraMessage(text);
  }

  @Override
  public void close() {
    bar.close();
  }

  private record TerminalLine(PrintStream err, int columns) implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return columns - 1;
    }

    @Override
    public void accept(String rendered) {
      err.print("\r" + rendered + "\033[K");
      err.flush();
    }

    @Override
    public void close() {
      err.println();
    }
  }
}
