package io.sadi.bench;

import io.sadi.io.BadInputException;
import io.sadi.torch.ComputeDevice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A split of a machine's cores.
 *
 * @param processes that train one network together
 * @param threads of each one's operators
 * @param workers threads of each that prepare its crops
 */
public record CoreSplit(int processes, int threads, int workers) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})x([0-9]{1,4})x([0-9]{1,3})");

  /** Each of a list of splits such as {@code 2x1x1}: processes, threads, workers. */
  public static List<CoreSplit> parse(List<String> texts) {
    List<CoreSplit> splits = new ArrayList<>();
    for (String text : texts) {
      Matcher parts = TEXT.matcher(text);
      if (!parts.matches() || text.matches("(.*x)?0+(x.*)?")) {
        throw BadInputException.at(
            "--splits", "'" + text + "'", "auto, or PROCESSESxTHREADSxWORKERS as in 2x1x1", "");
      }
      splits.add(
          new CoreSplit(
              Integer.parseInt(parts.group(1)),
              Integer.parseInt(parts.group(2)),
              Integer.parseInt(parts.group(3))));
    }
    return splits;
  }

  /** Useful splits: all cores, and on a CPU all but one, among processes. */
  static List<CoreSplit> of(int cores, ComputeDevice device) {
    Set<CoreSplit> splits = new LinkedHashSet<>();
    if (device.cuda()) { // a GPU has one process; the cores prepare data
      for (int workers = 1; workers <= Math.min(cores, 16); workers *= 2) {
        splits.add(new CoreSplit(1, 1, workers));
      }
      return List.copyOf(splits);
    }
    for (int processes = 1; processes <= Math.min(cores, 4); processes *= 2) {
      int threads = cores / processes;
      splits.add(new CoreSplit(processes, threads, 1));
      splits.add(new CoreSplit(processes, Math.max(1, threads - 1), 1));
    }
    splits.add(new CoreSplit(1, cores, 2));
    return List.copyOf(splits);
  }

  /** Whether all processes have the same share of a step's crops. */
  boolean divides(int batch) {
    return batch % processes == 0;
  }

  /**
   * The options of a training command.
   *
   * @param batch crops of a step, of which each process takes its share; the split {@link #divides}
   *     it
   */
  List<String> options(int batch) {
    List<String> options = new ArrayList<>();
    if (processes > 1) {
      options.add("--nproc=" + processes);
    }
    options.add("--threads=" + threads);
    options.add("--set=data.workers=" + workers);
    options.add("--set=train.batch=" + batch / processes);
    return options;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%dx%dx%d", processes, threads, workers);
  }
}
