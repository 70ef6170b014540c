package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.sadi.testing.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of completions/, each tried in its shell as a person would: by pressing Tab. */
class CompletionTest {
  private static final Path SCRIPTS = Path.of("completions").toAbsolutePath();

  /** What is typed before Tab, and the words that the command gets then. */
  private static final Map<String, List<String>> LINES = new LinkedHashMap<>();

  static {
    // commands
    LINES.put("sadi tra", List.of("train"));
    LINES.put("sadi prepare lspe", List.of("prepare", "lspet"));
    LINES.put("sadi -q prepare syn", List.of("-q", "prepare", "synthetic"));
    // options
    LINES.put("sadi --vers", List.of("--version"));
    LINES.put("sadi train --conf", List.of("train", "--config"));
    LINES.put("sadi prepare mpii --head", List.of("prepare", "mpii", "--head-boxes"));
    LINES.put("sadi eval --data x --pred", List.of("eval", "--data", "x", "--predictions"));
    LINES.put("sadi train --no-such", List.of("train", "--no-such"));
    // values
    LINES.put("sadi eval --decode fused-", List.of("eval", "--decode", "fused-paper"));
    LINES.put("sadi eval --decode=fused-", List.of("eval", "--decode=fused-paper"));
    LINES.put("sadi predict --refine d", List.of("predict", "--refine", "dark"));
    LINES.put("sadi eval --format m", List.of("eval", "--format", "markdown"));
    LINES.put("sadi train --device au", List.of("train", "--device", "auto"));
    LINES.put("sadi --color nev", List.of("--color", "never"));
    LINES.put("sadi train --epochs 1", List.of("train", "--epochs", "1"));
    // variants, lists, settings
    LINES.put("sadi ablate --variant rfm", List.of("ablate", "--variant", "rfm-only"));
    LINES.put(
        "sadi ablate --variant full,no-se,base",
        List.of("ablate", "--variant", "full,no-se,baseline"));
    LINES.put("sadi eval --metric pckh-", List.of("eval", "--metric", "pckh-auc@0.5"));
    LINES.put("sadi train --set model.var", List.of("train", "--set", "model.variant="));
    LINES.put(
        "sadi train -s model.variant=sf", List.of("train", "-s", "model.variant=sfm-dlm-only"));
    LINES.put("sadi info --set loss.h2=r", List.of("info", "--set", "loss.h2=rle"));
    // files and folders
    LINES.put("sadi predict beach\\ ph", List.of("predict", "beach photos"));
    LINES.put("sadi predict beach\\ photos/J", List.of("predict", "beach photos/Jürgen 1.jpg"));
    LINES.put("sadi train --config my\\ c", List.of("train", "--config", "my config.yaml"));
    LINES.put("sadi train --data my", List.of("train", "--data", "my data"));
    LINES.put("sadi info --model=bes", List.of("info", "--model=best one.safetensors"));
  }

  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(folder.resolve("beach photos"));
    Files.createDirectories(folder.resolve("my data"));
    for (String file :
        List.of("beach photos/Jürgen 1.jpg", "my config.yaml", "best one.safetensors")) {
      Files.createFile(folder.resolve(file));
    }
    Files.delete(Files.createFile(folder.resolve("my data/x")));
  }

  /** Skips a test where a program is missing. */
  private static void require(String program) throws IOException {
    try {
      Signals.exitCode(
          new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      abort("skipped: no " + program + " here");
    }
  }

  private String run(String input, Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .putAll(Map.of("LC_ALL", "C.UTF-8", "TERM", "xterm", "HOME", folder.toString()));
    builder.environment().putAll(environment);
    Path typed = Files.writeString(folder.resolve(".typed"), input);
    Process process = builder.redirectInput(typed.toFile()).start();
    String output;
    try (InputStream out = process.getInputStream()) {
      output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    Signals.exitCode(process);
    return output;
  }

  /** Types all lines into a shell on a terminal of its own, and returns what each command got. */
  private Map<String, List<String>> type(Map<String, String> environment, String shell)
      throws IOException {
    require("script"); // util-linux's, which makes a terminal
    String input = String.join("\t\n", LINES.keySet()) + "\t\nexit\n";
    String said = run(input, environment, "script", "-qec", shell, "/dev/null");
    List<List<String>> calls = new ArrayList<>();
    for (String line : said.split("\r?\n")) {
      int start = line.indexOf("GOT<");
      if (start >= 0) {
        // Zsh takes the slash that it put after a folder's name away again.
        String words = line.substring(start + 4, line.lastIndexOf('>')).replaceFirst("/$", "");
        calls.add(List.of(words.split("><", -1)));
      }
    }
    assertThat(calls).as(said).hasSameSizeAs(LINES.keySet());
    Map<String, List<String>> got = new LinkedHashMap<>();
    LINES.keySet().forEach(line -> got.put(line, calls.get(got.size())));
    return got;
  }

  @Test
  void bash() throws IOException {
    require("bash");
    Path start =
        Files.writeString(
            folder.resolve(".bashrc"),
            """
            PS1=
            source '%s'
            sadi() { printf 'GOT'; printf '<%%s>' "$@"; echo; }
            """
                .formatted(SCRIPTS.resolve("sadi.bash")));
    assertThat(type(Map.of(), "bash --noprofile --rcfile " + start + " -i"))
        .containsExactlyEntriesOf(LINES);
  }

  @Test
  void zsh() throws IOException {
    require("zsh");
    Files.writeString(
        folder.resolve(".zshrc"),
        """
        PROMPT= PROMPT_EOL_MARK=
        fpath=('%s' $fpath)
        autoload -U compinit && compinit -u -D
        sadi() { printf GOT; printf '<%%s>' "$@"; echo }
        """
            .formatted(SCRIPTS));
    assertThat(type(Map.of("ZDOTDIR", folder.toString()), "zsh -d -i"))
        .containsExactlyEntriesOf(LINES);
  }

  /** Fish says what it would offer, without a terminal. */
  @Test
  void fish() throws IOException {
    require("fish");
    StringBuilder script = new StringBuilder("source '" + SCRIPTS.resolve("sadi.fish") + "'\n");
    for (String line : LINES.keySet()) {
      script.append("echo LINE; complete -C '" + line.replace("\\", "\\\\") + "'\n");
    }
    Path file = Files.writeString(folder.resolve(".script.fish"), script);
    String said = run("", Map.of(), "fish", "--no-config", file.toString());
    List<String> answers = List.of(said.substring(said.indexOf("LINE")).split("LINE\n"));
    assertThat(answers).as(said).hasSize(LINES.size() + 1);
    int i = 1;
    for (Map.Entry<String, List<String>> line : LINES.entrySet()) {
      String last = line.getValue().get(line.getValue().size() - 1);
      List<String> offered =
          answers.get(i++).lines().map(a -> a.split("\t")[0].replaceFirst("/$", "")).toList();
      assertThat(offered)
          .as(line.getKey())
          .isEqualTo(line.getKey().endsWith(last) ? List.of() : List.of(last));
    }
  }

  /** Every name that a command has is offered by every shell. */
  @Test
  void nothingIsForgotten() throws IOException {
    for (String script : List.of("sadi.bash", "_sadi", "sadi.fish")) {
      String text = Files.readString(SCRIPTS.resolve(script));
      for (Completion command : Completion.of(CommandTreeTest.sadi().getCommandSpec()).all()) {
        assertThat(text).contains(command.name());
        for (Completion.Option option : command.options()) {
          for (String name : option.names()) {
            assertThat(text).contains(name.replaceFirst("^-+", ""));
          }
          option.values().forEach(value -> assertThat(text).contains(value.split("=")));
        }
      }
    }
  }
}
