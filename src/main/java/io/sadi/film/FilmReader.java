package io.sadi.film;

import io.sadi.io.FailedException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A film's frames, one after the other, as ffmpeg decodes them into a pipe: raw pixels there, and
 * on stderr a line for each frame of the film and one for each that comes, from the filter {@code
 * showinfo}. A frame's line is written before its pixels, so that whoever waits for the one and
 * then for the other never waits for both.
 */
public final class FilmReader implements AutoCloseable {
  /**
   * What ffmpeg and other programs end with that a signal has ended: SIGHUP, INT, QUIT, KILL, TERM.
   */
  private static final Set<Integer> ENDED_BY_SIGNAL = Set.of(255, 129, 130, 131, 137, 143);

  /** How much may be missing at the end, in seconds, of a film in which nothing else is wrong. */
  private static final double MISSING = 0.5;

  private static final Pattern FRAME =
      Pattern.compile(
          "\\[showinfo@(all|taken) @ [^\\]]*\\] \\[info\\] n: *(\\d+) pts: *(-?\\d+|NOPTS)"
              + " .*? s:(\\d+)x(\\d+) .*");
  private static final Pattern TIME_BASE =
      Pattern.compile("\\[showinfo@all @ .*config in time_base: (\\d+)/(\\d+),.*");
  private static final Pattern COMPLAINT = Pattern.compile(".*\\[(?:error|fatal|panic)\\] (.*)");

  /** A frame that comes; its pixels are in the pipe. */
  private record Coming(long number, double time, int width, int height) {}

  private final Film film;
  private final FrameChoice choice;
  private final Ffmpeg.Running running;
  private final DataInputStream pixels;
  private final BlockingQueue<Optional<Coming>> coming = new LinkedBlockingQueue<>();

  /** Buffers that have been given back. */
  private final ConcurrentLinkedQueue<byte[]> spare = new ConcurrentLinkedQueue<>();

  // Of the thread that reads stderr, until it has ended.
  private final List<String> complaints = new ArrayList<>();
  private double timeBase = Double.NaN;
  private volatile long lastNumber = -1;
  private volatile double lastTime = Double.NaN;
  private volatile boolean over;

  /** Why its pictures cannot be read any further; null where they can. */
  private volatile @Nullable String change;

  private int width;
  private int height;

  private boolean ended;
  private volatile boolean closed;
  private @Nullable String problem;

  /** Begins to decode. */
  public FilmReader(Film film, FrameChoice choice) throws IOException {
    this.film = film;
    this.choice = choice;
    List<String> command =
        new ArrayList<>(
            List.of(
                "ffmpeg",
                "-nostdin",
                "-hide_banner",
                "-nostats",
                "-loglevel",
                "repeat+level+info"));
    command.addAll(Ffmpeg.input(film.file()));
    command.addAll(
        List.of(
            "-map",
            "0:V:0",
            "-vf",
            "showinfo@all=checksum=0,"
                + choice.filters(film.shift())
                + ",scale=w='round(iw*sar)':h=ih,setsar=1,format=rgb24,showinfo@taken=checksum=0"));
    command.addAll(film.ffmpeg().everyFrame());
    command.addAll(List.of("-f", "rawvideo", "pipe:1"));
    running = Ffmpeg.start(command, this::hear, () -> coming.add(Optional.empty()));
    running.process().getOutputStream().close();
    pixels = new DataInputStream(running.process().getInputStream());
  }

  private void hear(String line) {
    Matcher frame = FRAME.matcher(line);
    if (frame.matches()) {
      boolean taken = frame.group(1).equals("taken");
      if (isOther(frame, taken)) {
        change =
            String.format(
                Locale.ROOT,
                "its pictures get another size or format at %.1f s; make them all alike first, such"
                    + " as by ffmpeg -i FILM -vf scale=%d:%d,format=yuv420p ALIKE.mkv",
                lastTime,
                width,
                height);
        over = true;
        coming.add(Optional.empty());
      } else if (!taken) {
        lastNumber = Long.parseLong(frame.group(2));
        lastTime = time(frame.group(3));
        if (choice.isOver(lastTime) && !over) {
          over = true;
          coming.add(Optional.empty());
        }
      } else if (!over) {
        coming.add(
            Optional.of(
                new Coming(
                    lastNumber,
                    lastTime,
                    Integer.parseInt(frame.group(4)),
                    Integer.parseInt(frame.group(5)))));
      }
      return;
    }
    Matcher base = TIME_BASE.matcher(line);
    if (base.matches()) {
      timeBase = Double.parseDouble(base.group(1)) / Double.parseDouble(base.group(2));
    }
    Matcher complaint = COMPLAINT.matcher(line);
    if (complaint.matches()) {
      complaints.add(Ffmpeg.plain(complaint.group(1)));
    }
  }

  /**
   * Whether ffmpeg has begun its filters anew, as it does where the pictures change: it counts from
   * 0 again then, and what it writes has the first picture's size, whatever it says.
   */
  private boolean isOther(Matcher frame, boolean taken) {
    if (over) {
      return false;
    }
    if (!taken) {
      return Long.parseLong(frame.group(2)) <= lastNumber;
    }
    int w = Integer.parseInt(frame.group(4));
    int h = Integer.parseInt(frame.group(5));
    if (width == 0) {
      width = w;
      height = h;
    }
    return w != width || h != height;
  }

  /** Of a frame without a time the one after the last frame's. */
  private double time(String pts) {
    if (!pts.equals("NOPTS") && !Double.isNaN(timeBase)) {
      return Long.parseLong(pts) * timeBase + film.shift();
    }
    return Double.isNaN(lastTime) ? 0 : lastTime + 1 / film.rate().aSecond();
  }

  /**
   * Waits for the next frame.
   *
   * @return null where there are no more: at the end of the range or of the film, or where the film
   *     is cut off, which {@link #problem} says then
   */
  public @Nullable FilmFrame next() throws IOException {
    if (ended) {
      return null;
    }
    Coming frame = take();
    if (frame == null) {
      end(true);
      return null;
    }
    int bytes = Math.multiplyExact(3 * frame.width, frame.height);
    byte[] rgb = spare.poll();
    if (rgb == null || rgb.length < bytes) {
      rgb = new byte[bytes];
    }
    try {
      pixels.readFully(rgb, 0, bytes);
    } catch (EOFException e) {
      end(false);
      return null;
    }
    return new FilmFrame(frame.number, frame.time, frame.width, frame.height, rgb);
  }

  private @Nullable Coming take() {
    try {
      return coming.take().orElse(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a frame", e);
    }
  }

  /** Takes a frame's bytes back, for one that comes; any thread may give them. */
  public void reuse(byte[] rgb) {
    spare.add(rgb);
  }

  /** Finds out whether all that should have come has. */
  private void end(boolean whole) {
    ended = true;
    problem = change;
    if (over && whole) {
      close();
      return;
    }
    int exit = running.await();
    if (!closed && ENDED_BY_SIGNAL.contains(exit)) {
      throw new FailedException(
          film.file() + ": ffmpeg was ended by a signal at " + lastTime + " s; --resume goes on");
    }
    double length = 1 / film.rate().aSecond();
    double missing = film.end() - (Double.isNaN(lastTime) ? 0 : lastTime + length);
    String complaint = complaints.isEmpty() ? "" : complaints.get(0);
    if (!whole || exit != 0 || missing > (complaint.isEmpty() ? MISSING : 1.5 * length)) {
      problem =
          String.format(
              Locale.ROOT,
              "is cut off or damaged: its frames end at %.1f s%s%s",
              Double.isNaN(lastTime) ? 0 : lastTime + length,
              Double.isNaN(film.end()) ? "" : String.format(Locale.ROOT, " of %.1f", film.end()),
              complaint.isEmpty() ? "" : " (" + complaint + ")");
    }
  }

  /**
   * After the last frame: why there are no more, one line without the film's name; null where all
   * is well.
   */
  public @Nullable String problem() {
    return problem;
  }

  /** After the last frame: what ffmpeg complained about, though frames came. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** When the last frame was shown that was decoded, chosen or not; NaN where there was none. */
  public double lastTime() {
    return lastTime;
  }

  /** Ends the decoding. */
  @Override
  public void close() {
    closed = true;
    running.process().destroy();
  }
}
