package io.sadi.convert;

import io.sadi.io.BadInputException;
import io.sadi.model.SadiNet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the config that MMPose keeps in its checkpoints says of a network's input and targets. It is
 * a Python program, of which a few assignments are looked for.
 *
 * @param text the config; may be empty
 * @param file the checkpoint, whose name often says the input
 */
record MmposeConfig(String text, Path file) {
  private static final Pattern INPUT =
      Pattern.compile(
          "(?:input_size|image_size)\\s*=\\s*(?:np\\.array\\()?[\\[(](\\d+),\\s*(\\d+)");
  private static final Pattern NAMED_INPUT = Pattern.compile("_(\\d{2,4})x(\\d{2,4})\\b");
  private static final Pattern SIGMA =
      Pattern.compile("\\bsigma\\s*=\\s*(\\d{1,2}(?:\\.\\d+)?)\\b");
  private static final Pattern MEAN =
      Pattern.compile("\\bmean\\s*=\\s*[\\[(]\\s*([\\d.]+),\\s*([\\d.]+),\\s*([\\d.]+)");
  private static final Pattern BLUE_FIRST =
      Pattern.compile("\\b(?:to_rgb|bgr_to_rgb)\\s*=\\s*False\\b");
  private static final Pattern UNBIASED =
      Pattern.compile("\\buse_udp\\s*=\\s*True\\b|\\bUDPHeatmap\\b|\\bTopDownAffineUDP\\b");

  /**
   * Side of the crops in pixels; null where nothing says it.
   *
   * @throws BadInputException for crops that are not square
   */
  @Nullable Integer input() {
    Matcher matcher = INPUT.matcher(text);
    if (!matcher.find()) {
      matcher = NAMED_INPUT.matcher(String.valueOf(file.getFileName()));
      if (!matcher.find()) {
        return null;
      }
    }
    if (!matcher.group(1).equals(matcher.group(2))) {
      throw BadInputException.at(
          file,
          "a network for crops of " + matcher.group(1) + " x " + matcher.group(2),
          "square crops, which is what SADI cuts",
          "");
    }
    return Integer.valueOf(matcher.group(1));
  }

  /** Deviation of the targets in map pixels; null where nothing says it. */
  @Nullable Double sigma() {
    Matcher matcher = SIGMA.matcher(text);
    return matcher.find() ? Double.valueOf(matcher.group(1)) : null;
  }

  /** In what the network's input or maps differ from what SADI gives and reads, a line each. */
  List<String> doubts() {
    List<String> doubts = new ArrayList<>();
    List<String> means = new ArrayList<>();
    Matcher matcher = MEAN.matcher(text);
    boolean usual = false;
    while (matcher.find()) {
      double[] mean = new double[3];
      for (int c = 0; c < 3; c++) {
        mean[c] = Double.parseDouble(matcher.group(c + 1));
      }
      usual |= isImageNets(mean, 1) || isImageNets(mean, 255);
      means.add(Arrays.toString(mean));
    }
    if (!means.isEmpty() && !usual) {
      doubts.add("its config takes the mean " + means.get(0) + " from images, SADI ImageNet's");
    }
    if (BLUE_FIRST.matcher(text).find()) {
      doubts.add("its config has images as blue, green, red, SADI as red, green, blue");
    }
    if (UNBIASED.matcher(text).find()) {
      doubts.add("its config has unbiased data processing (UDP), whose maps SADI reads otherwise");
    }
    return doubts;
  }

  private static boolean isImageNets(double[] mean, double unit) {
    boolean same = true;
    for (int c = 0; c < 3; c++) {
      same &= Math.abs(mean[c] * unit - SadiNet.mean()[c]) < 0.5;
    }
    return same;
  }
}
