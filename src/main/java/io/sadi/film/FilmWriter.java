package io.sadi.film;

import io.sadi.image.Image;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A film that is written frame by frame, whole or not at all: as H.264 where ffmpeg can, else as
 * MPEG-4; WebM as VP9 or VP8. Frames of other sizes than the first are cut or filled up.
 */
public final class FilmWriter implements AutoCloseable {
  private static final Map<String, String> MUXERS =
      Map.of(
          "mp4",
          "mp4",
          "m4v",
          "mp4",
          "mov",
          "mov",
          "mkv",
          "matroska",
          "avi",
          "avi",
          "webm",
          "webm");

  private final Path file;
  private final Path part;
  private final int width;
  private final int height;
  private final Ffmpeg.Running running;
  private final OutputStream pixels;
  private final List<String> complaints = new ArrayList<>();
  private boolean finished;

  /**
   * How a film is encoded.
   *
   * @param encoder one that ffmpeg has
   * @param muxer of the file's kind
   */
  public record Encoding(String encoder, String muxer) {
    /**
     * Looks for an encoder.
     *
     * @throws BadInputException where there is none for a film of that name, or no ffmpeg
     */
    public static Encoding of(Path file) throws IOException {
      String muxer = MUXERS.get(extension(file));
      if (muxer == null) {
        throw BadInputException.at(
            file, "a film of a kind that is not written", "mp4, mov, mkv, avi or webm", "");
      }
      Ffmpeg.require(file);
      String listed = Ffmpeg.ask(List.of("ffmpeg", "-hide_banner", "-encoders")).out();
      List<String> wanted =
          muxer.equals("webm")
              ? List.of("libvpx-vp9", "libvpx")
              : List.of("libx264", "libopenh264", "mpeg4");
      for (String encoder : wanted) {
        if (listed.lines().anyMatch(line -> line.strip().matches("V\\S* " + encoder + "\\b.*"))) {
          return new Encoding(encoder, muxer);
        }
      }
      throw BadInputException.at(
          file, "an ffmpeg without " + String.join(", ", wanted), "one of them", Ffmpeg.ADVICE);
    }

    private List<String> quality() {
      return switch (encoder) {
        case "libx264" -> List.of("-crf", "18", "-preset", "veryfast");
        case "libopenh264" -> List.of("-b:v", "8M");
        case "mpeg4" -> List.of("-q:v", "3");
        default -> List.of("-crf", "24", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "6");
      };
    }
  }

  private static String extension(Path file) {
    return Film.extension(file);
  }

  /**
   * Begins a film.
   *
   * @param width of its first frame
   * @param height of its first frame
   */
  public FilmWriter(Path file, Encoding encoding, Film.FrameRate rate, int width, int height)
      throws IOException {
    this.file = file;
    this.part = AtomicFile.part(file);
    this.width = width;
    this.height = height;
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "ffmpeg",
                "-hide_banner",
                "-nostats",
                "-loglevel",
                "error",
                "-y",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "-video_size",
                width + "x" + height,
                "-framerate",
                rate.toString(),
                "-i",
                "pipe:0",
                // Sides are even, and colours as players of such films take them to be.
                "-vf",
                "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,"
                    + "format=yuv420p",
                "-colorspace",
                "bt709",
                "-color_primaries",
                "bt709",
                "-color_trc",
                "bt709",
                "-color_range",
                "tv",
                "-c:v",
                encoding.encoder()));
    command.addAll(encoding.quality());
    command.addAll(List.of("-f", encoding.muxer(), "file:" + part));
    this.running = Ffmpeg.start(command, line -> complaints.add(Ffmpeg.plain(line)), () -> {});
    this.pixels = running.process().getOutputStream();
  }

  /** Appends a frame. */
  public void write(Image frame) throws IOException {
    try {
      if (frame.width() == width && frame.height() == height) {
        pixels.write(frame.rgb());
      } else {
        try (Image same = Image.filled(width, height, 0)) {
          same.canvas().picture(frame, 0, 0);
          pixels.write(same.rgb());
        }
      }
    } catch (IOException e) { // a broken pipe: ffmpeg has ended, and says why
      throw failure(e);
    }
  }

  /** Ends the film, and gives it its name. */
  public void finish() throws IOException {
    try {
      pixels.close();
    } catch (IOException e) {
      throw failure(e);
    }
    if (running.await() != 0) {
      throw failure(null);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    finished = true;
  }

  private FailedException failure(@Nullable IOException cause) {
    running.await();
    String why = complaints.isEmpty() ? "it does not say why" : complaints.get(0);
    return new FailedException(file + ": ffmpeg cannot write it (" + why + ")", cause);
  }

  /** Ends the encoding; of a film that is not whole nothing stays. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      running.process().destroy();
      running.await();
      Files.deleteIfExists(part);
    }
  }
}
