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
      Pattern.compile("\\| `([a-z-]+)`[^|]*\\| ([0-9.]+) \\| ([^|]+) \\| ([^|]*)\\|([^|]*)\\|.*");

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
    unpack(BinSadi.HOME.resolve("test-data/studies/lspet-modules.zip"), folder);
    BinSadi.Result result =
        new BinSadi().run("ablate", "--report-only", "--out", folder.toString(), "--quiet");
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<String> report = Files.readAllLines(folder.resolve("report.md"));
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(BinSadi.HOME.resolve("README.md"))) {
      Matcher row = ROW.matcher(line);
      if (!row.matches() || !row.group(3).contains("±")) {
        continue;
      }
      String name = row.group(1);
      rows.add(name);
      assertThat(report)
          .as(line)
          .anyMatch(
              here -> here.startsWith("| " + name + " | here,") && here.contains(row.group(3)))
          .anyMatch(here -> here.startsWith("| " + name + " | " + row.group(2) + " M |"));
      if (!name.equals("baseline")) {
        String[] difference = row.group(4).strip().split(" ", 2);
        assertThat(report)
            .as(line)
            .anyMatch(
                here ->
                    here.startsWith(
                        String.format(
                            "| %s | %s | %s | %s |",
                            name,
                            row.group(5).strip().replace("*", ""),
                            difference[0],
                            difference[1].replaceAll("[()]", ""))));
      }
    }
    assertThat(rows).containsExactly("baseline", "rfm-only", "sfm-dlm-only", "full");
  }
}
