package io.sadi.film;

import io.sadi.io.BadInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The system's {@code ffmpeg} and {@code ffprobe}, as the {@code PATH} has them. They read files
 * alone: a playlist that calls itself a film reaches no network.
 *
 * @param version as it says it, such as {@code 5.1.9-0+deb12u1}
 */
public record Ffmpeg(String version) {
  /** What to do where there is none. */
  public static final String ADVICE =
      "install ffmpeg, 4.4 or newer (apt-get install ffmpeg, dnf install ffmpeg-free, brew install"
          + " ffmpeg), so that it is on the PATH";

  /** What films are in. A playlist would name other files, or have ffmpeg wait for more. */
  private static final String CONTAINERS =
      "mov,matroska,avi,mpeg,mpegts,asf,flv,ogg,mpegvideo,h264,hevc,dv,mxf";

  private static final Pattern NUMBERED = Pattern.compile("n?(\\d{1,4})\\.(\\d{1,4}).*");

  /** Looks for it; null where there is none. */
  public static @Nullable Ffmpeg find() {
    try {
      Reply answer = ask(List.of("ffmpeg", "-version"));
      Matcher first = Pattern.compile("ffmpeg version (\\S+)").matcher(answer.out());
      return first.find() ? new Ffmpeg(first.group(1)) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The same for a film.
   *
   * @throws BadInputException where there is none, or one that is too old
   */
  static Ffmpeg require(Path film) {
    Ffmpeg ffmpeg = find();
    if (ffmpeg == null) {
      throw new BadInputException(film + ": is a film, and there is no ffmpeg; " + ADVICE);
    }
    if (!ffmpeg.isNewEnough()) {
      throw BadInputException.at(
          film + ": ffmpeg", "version " + ffmpeg.version, "4.4 or newer", ADVICE);
    }
    return ffmpeg;
  }

  /** Whether films are read with it. */
  public boolean isNewEnough() {
    return atLeast(4, 4);
  }

  /** Whether it is of a version or a newer one; builds between versions are new. */
  boolean atLeast(int major, int minor) {
    Matcher number = NUMBERED.matcher(version);
    if (!number.matches()) {
      return true;
    }
    int own = Integer.parseInt(number.group(1));
    return own > major || (own == major && Integer.parseInt(number.group(2)) >= minor);
  }

  /** What has frames come out as they are, none doubled and none left out. */
  List<String> everyFrame() {
    return atLeast(5, 1) ? List.of("-fps_mode", "passthrough") : List.of("-vsync", "0");
  }

  /** A film as an input of theirs. */
  static List<String> input(Path film) {
    return List.of(
        "-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-i", "file:" + film);
  }

  /**
   * One of the programs at work.
   *
   * @param listener the thread that reads its stderr, to its end
   */
  record Running(Process process, Thread listener) {
    /** Waits until it has ended and said all it says; its exit code. */
    int await() {
      try {
        listener.join();
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for ffmpeg", e);
      }
    }
  }

  /**
   * Starts one of the programs.
   *
   * @param line takes the lines of its stderr, in a thread of its own
   * @param end told in that thread when there are no more
   * @throws IOException where there is no such program
   */
  static Running start(List<String> command, Consumer<String> line, Runnable end)
      throws IOException {
    Process process = new ProcessBuilder(command).start();
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader said =
                  new BufferedReader(
                      new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
                for (String one = said.readLine(); one != null; one = said.readLine()) {
                  line.accept(one);
                }
              } catch (IOException e) {
                // the process is gone
              } finally {
                end.run();
              }
            },
            "sadi-film");
    thread.setDaemon(true);
    thread.start();
    return new Running(process, thread);
  }

  /** What a program writes to stdout, and its first complaint where it fails. */
  record Reply(String out, @Nullable String complaint) {}

  /** Asks a program something that takes no time. */
  static Reply ask(List<String> command) throws IOException {
    List<String> complaints = new ArrayList<>();
    Running running = start(command, line -> complaints.add(plain(line)), () -> {});
    running.process().getOutputStream().close();
    String out =
        new String(running.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (running.await() == 0) {
      return new Reply(out, null);
    }
    return new Reply(out, complaints.isEmpty() ? "it does not say why" : complaints.get(0));
  }

  /** A line without who in ffmpeg says it, and at which address. */
  static String plain(String line) {
    return line.replaceFirst("^(\\[[^\\]]*\\] *)+", "").replaceFirst("^file:", "").strip();
  }
}
