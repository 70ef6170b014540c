package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's studies are what the kept results say: nobody has to believe a table. */
class KeptStudiesIT {
  /** As in {@code | `full` | 2.95 | 41.2 ± 0.2 | -0.19 (-0.62 to +0.24) | noise | 90.1 |}. */
  private static final Pattern ROW =
      Pattern.compile(
          "\\| `([a-z0-9.-]+)`[^|]*\\| ([0-9.]+) \\| ([^|]+) \\| ([^|]*)\\|([^|]*)\\|.*");

  @TempDir private Path folder;

  private static void unpack(Path zip, Path to) throws IOException {
    try (InputStream in = Files.newInputStream(zip);
        ZipInputStream entries = new ZipInputStream(in)) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path file = to.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.copy(entries, file);
      }
    }
  }

  @Test
  void theReadmesModulesAreTheReports() throws IOException {
    List<String> report = report("lspet-modules.zip");
    List<String> rows = new ArrayList<>();
    for (Matcher row : table("| Variant |")) {
      rows.add(row.group(1));
      checkDifference(row, report);
      assertThat(report)
          .as(row.group())
          .anyMatch(
              here ->
                  here.startsWith("| " + row.group(1) + " | here,") && here.contains(row.group(3)))
          .anyMatch(here -> here.startsWith("| " + row.group(1) + " | " + row.group(2) + " M |"));
    }
    assertThat(rows).containsExactly("baseline", "rfm-only", "sfm-dlm-only", "full");
  }

  @Test
  void theReadmesLossesAreTheReports() throws IOException {
    List<String> report = report("lspet-loss.zip");
    List<String> rows = new ArrayList<>();
    for (Matcher row : table("| Loss of the full network |")) {
      rows.add(row.group(1));
      checkDifference(row, report);
      String seeds =
          String.format("| %s | here, mean ± sd of %s seeds |", row.group(1), row.group(2));
      assertThat(report)
          .as(row.group())
          .anyMatch(here -> here.startsWith(seeds) && here.contains(row.group(3)));
    }
    assertThat(rows)
        .containsExactly(
            "loss-sum",
            "full",
            "loss-chi-0.1",
            "loss-chi-flow",
            "loss-swapped",
            "loss-h1-likelihood",
            "loss-sum-mse",
            "loss-weighted-mse",
            "loss-h2-target-shape",
            "loss-h2-mutual");
  }

  /** The report of a kept study, which is computed anew from each person's errors. */
  private List<String> report(String zip) throws IOException {
    unpack(BinSadi.HOME.resolve("test-data/studies").resolve(zip), folder);
    BinSadi.Result result =
        new BinSadi().run("ablate", "--report-only", "--out", folder.toString(), "--quiet");
    assertThat(result.exitCode()).as(result.err()).isZero();
    return Files.readAllLines(folder.resolve("report.md"));
  }

  /** The rows of the README's table with a header. */
  private static List<Matcher> table(String header) throws IOException {
    return Files.readAllLines(BinSadi.HOME.resolve("README.md")).stream()
        .dropWhile(line -> !line.startsWith(header))
        .takeWhile(line -> line.startsWith("|"))
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .toList();
  }

  /** Of all but the first row: how far from it, and what that is worth. */
  private static void checkDifference(Matcher row, List<String> report) {
    if (row.group(4).isBlank()) {
      return;
    }
    String[] difference = row.group(4).strip().split(" ", 2);
    String expected =
        String.format(
            "| %s | %s | %s | %s |",
            row.group(1),
            row.group(5).strip().replace("*", ""),
            difference[0],
            difference[1].replaceAll("[()]", ""));
    assertThat(report).as(row.group()).anyMatch(here -> here.startsWith(expected));
  }
}
