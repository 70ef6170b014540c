package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.config.Config;
import io.sadi.model.ModelConfig;
import io.sadi.model.Parameter;
import io.sadi.model.SadiNet;
import io.sadi.model.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever reads a checkpoint by sadi-model(7) finds its tensors, and all variants by name. */
class ModelPageTest {
  private static final String CONV_BN =
      "(conv\\.weight|bn\\.(weight|bias|running_mean|running_var))";
  private static final String CONVOLUTION = "(weight|bias)";

  /** What a part is made of, by the word that the page has for it. */
  private static final Map<String, String> KINDS =
      Map.of(
          "convbn",
          CONV_BN,
          "convolution",
          CONVOLUTION,
          "product",
          CONVOLUTION,
          "block",
          "((conv1|conv2|dilated|shortcut)\\."
              + CONV_BN
              + "|se\\.(reduce|expand)\\."
              + CONVOLUTION
              + ")",
          "bottleneck",
          "(conv1|conv2|conv3|shortcut)\\." + CONV_BN);

  /** The page from one heading to the next. */
  private static String section(String heading) throws IOException {
    String page = Files.readString(Path.of("src/man/sadi-model.roff"), StandardCharsets.UTF_8);
    int start = page.indexOf(".SH " + heading + "\n");
    assertThat(start).isNotNegative();
    return page.substring(start, page.indexOf("\n.SH ", start + 1));
  }

  /** A regular expression for the names of each entry's tensors. */
  private static List<Pattern> patterns() throws IOException {
    List<Pattern> patterns = new ArrayList<>();
    Matcher entry = Pattern.compile("\\.TP\n(\\\\fB.*)\n(\\w+)").matcher(section("TENSORS"));
    while (entry.find()) {
      Matcher name = Pattern.compile("\\\\fB([^\\\\]+)\\\\fR(?!\\.)").matcher(entry.group(1));
      while (name.find()) {
        String kind = KINDS.get(entry.group(2).toLowerCase(Locale.ROOT));
        assertThat(kind).as(entry.group()).isNotNull();
        String path =
            name.group(1)
                .replace("[.inner]", "#")
                .replace(".", "\\.")
                .replaceAll("\\bN\\b", "\\\\d+")
                .replace("#", "(\\.inner)*");
        patterns.add(Pattern.compile(path + "\\." + kind));
      }
    }
    return patterns;
  }

  @Test
  void namesAllTensorsAndNoOthers() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String set : List.of("model.variant=full", "model.variant=baseline", "model.stacks=2")) {
      Config config = Config.parse("", "test");
      config.set(set);
      for (Parameter parameter :
          SadiNet.describe(ModelConfig.from(config), 14).parameters().all()) {
        names.add(parameter.name());
      }
    }
    List<Pattern> patterns = patterns();
    assertThat(patterns).hasSizeGreaterThan(15);
    assertThat(names)
        .allMatch(name -> patterns.stream().anyMatch(one -> one.matcher(name).matches()));
    assertThat(patterns)
        .allMatch(one -> names.stream().anyMatch(name -> one.matcher(name).matches()));
  }

  @Test
  void namesAllVariants() throws IOException {
    Set<String> described = new TreeSet<>();
    Matcher entry = Pattern.compile("\\.TP\n(.*)\n").matcher(section("VARIANTS"));
    while (entry.find()) {
      described.addAll(List.of(entry.group(1).replace("\\-", "-").split(", ")));
    }
    Set<String> expected = new TreeSet<>(Set.of("loss-chi-NUMBER"));
    Variant.names().forEach(expected::add);
    assertThat(described).isEqualTo(expected);
  }
}
