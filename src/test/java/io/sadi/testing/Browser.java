package io.sadi.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A headless Chromium without a network, for tests of the pages that commands write. */
public final class Browser {
  private static final int LIMIT_S = 120;

  /**
   * A page as it is after its scripts ran.
   *
   * @param dom its elements, as HTML
   * @param console what its scripts logged or threw, a line each
   */
  public record Opened(String dom, List<String> console) {}

  private Browser() {}

  /**
   * Opens a page and does in it what a reader would.
   *
   * @param script that runs after the page's own; what it throws is in the console's lines
   */
  public static Opened open(Path page, String script) throws IOException, InterruptedException {
    Path copy = Files.createTempFile("browser", ".html");
    String html = Files.readString(page, StandardCharsets.UTF_8);
    int end = html.lastIndexOf("</body>");
    Files.writeString(
        copy,
        html.substring(0, end) + "<script>\n" + script + "\n</script>" + html.substring(end),
        StandardCharsets.UTF_8);
    return open(copy);
  }

  /** Opens a file; the test is skipped where there is no Chromium. */
  public static Opened open(Path page) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("browser");
    File out = folder.resolve("dom.html").toFile();
    File err = folder.resolve("log.txt").toFile();
    Process process =
        new ProcessBuilder(
                chromium(),
                "--headless",
                "--no-sandbox", // for tests that run as root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--window-size=1200,900",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(out)
            .redirectError(err)
            .start();
    if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("Chromium did not end in " + LIMIT_S + " s");
    }
    String log = Files.readString(err.toPath(), StandardCharsets.UTF_8);
    return new Opened(
        Files.readString(out.toPath(), StandardCharsets.UTF_8),
        log.lines().filter(line -> line.contains("CONSOLE")).toList());
  }

  private static String chromium() {
    List<String> names = List.of("chromium", "chromium-browser", "google-chrome");
    String path = System.getenv().getOrDefault("PATH", "");
    List<String> found =
        Stream.of(path.split(File.pathSeparator))
            .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .toList();
    assumeTrue(!found.isEmpty(), "no Chromium on the PATH: this page was not opened");
    return found.get(0);
  }
}
