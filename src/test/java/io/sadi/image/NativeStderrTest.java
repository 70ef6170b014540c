package io.sadi.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.NativeStderr;
import io.sadi.testing.Signals;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** libjpeg's words about damaged photos are not for the user; ours are, wherever stderr goes. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class NativeStderrTest {
  private final Path folder;

  NativeStderrTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** What the child process does: decode a damaged photo, and say something before and after. */
  public static void main(String[] args) throws IOException {
    PrintStream err =
        args[1].equals("silent")
            ? new PrintStream(NativeStderr.silence(), true, StandardCharsets.UTF_8)
            : System.err;
    err.println("before");
    try (Image image = Image.read(Path.of(args[0]))) {
      err.println("after " + image.width());
    }
    System.err.println("end");
  }

  @Test
  void onlyOurWordsReachAPipe() throws Exception {
    assertThat(stderr("2>&1 | cat", "loud")).contains("Corrupt JPEG data"); // or this tests nothing
    assertThat(stderr("2>&1 | cat", "silent")).isEqualTo("before\nafter 64\nend\n");
  }

  @Test
  void onlyOurWordsReachALogThatIsAppendedTo() throws Exception {
    Path log = folder.resolve("log");
    Files.writeString(log, "first\n");
    stderr("2>> " + log + "; echo last >> " + log, "silent");
    assertThat(log).hasContent("first\nbefore\nafter 64\nend\nlast\n");
  }

  /** The shell's next words must not hit ours. On Linux the libraries' are not there either. */
  @Test
  void onlyOurWordsReachALogThatIsShared() throws Exception {
    Path log = folder.resolve("log");
    Path script = folder.resolve("script.sh");
    Files.writeString(script, command("", "silent") + "\necho last >&2\n");
    run("sh " + script + " 2> " + log);
    assertThat(Files.readAllLines(log)).contains("before", "after 64", "end", "last");
    if (OS.LINUX.isCurrentOs()) {
      assertThat(log).hasContent("before\nafter 64\nend\nlast\n");
    }
  }

  private String stderr(String redirection, String mode) throws Exception {
    return run(command(redirection, mode));
  }

  private String command(String redirection, String mode) throws IOException {
    Path photo = folder.resolve("damaged.jpg");
    byte[] rgb = new byte[3 * 64 * 64];
    new Random(1).nextBytes(rgb);
    try (Image image = Image.of(rgb, 64, 64)) {
      byte[] jpeg = image.jpeg(80);
      jpeg[jpeg.length / 2] ^= 0x10;
      jpeg[jpeg.length / 2 + 7] ^= 0x44;
      Files.write(photo, jpeg);
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return String.join(
        " ",
        java,
        "-cp",
        "'" + System.getProperty("java.class.path") + "'",
        NativeStderrTest.class.getName(),
        photo.toString(),
        mode,
        redirection);
  }

  private static String run(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(Signals.exitCode(process)).as(output).isZero();
    return output;
  }
}
