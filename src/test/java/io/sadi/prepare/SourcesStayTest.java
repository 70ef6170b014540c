package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.Mosaics.MosaicRule;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.CsvAnnotations;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.NoisePeople;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An output folder replaces another: photos and annotations that are read must not be in it. */
class SourcesStayTest {
  private final Path folder;
  private final Path data;

  SourcesStayTest(@TempDir Path temp) throws IOException {
    folder = temp.toRealPath();
    data = NoisePeople.write(folder.resolve("data"));
  }

  /** What makes a dataset folder of dataset folders. */
  enum Kind {
    MERGE {
      @Override
      void run(Path data, DatasetOutput output) throws IOException {
        Path other = NoisePeople.write(data.resolveSibling("other"), 4);
        MergedDatasets merged = MergedDatasets.read(List.of(data, other), null);
        new Preparation(merged.annotations(), merged.imageRoot(), output, Treatment.PLAIN)
            .run(Progress.NONE);
      }
    },
    CORRECT {
      @Override
      void run(Path data, DatasetOutput output) throws IOException {
        Path table = data.resolveSibling("table.csv");
        Files.writeString(table, "image,joint,x,y\n0.png,,,\n");
        ChangedSplit changed = Corrections.read(data, "train", table, false, Progress.NONE);
        new Preparation(changed.annotations(), changed.imageRoot(), output, Treatment.PLAIN)
            .run(Progress.NONE);
      }
    },
    MOSAICS {
      @Override
      void run(Path data, DatasetOutput output) throws IOException {
        new Mosaics(data, new MosaicRule("train", 1, 2, 64, 1)).run(output, 0, Progress.NONE);
      }
    },
    STRESS {
      @Override
      void run(Path data, DatasetOutput output) throws IOException {
        StressSet.of(data, "train", 1, 1).run(output, 0, Progress.NONE);
      }
    };

    abstract void run(Path data, DatasetOutput output) throws IOException;
  }

  private static DatasetOutput replacing(Path out, boolean dryRun) {
    return new DatasetOutput(out, true, dryRun, Map.of());
  }

  private void refuses(Kind kind, Path source, Path out) throws IOException {
    List<String> before = TinyRun.filesIn(data);
    for (boolean dryRun : new boolean[] {true, false}) {
      assertThatThrownBy(() -> kind.run(source, replacing(out, dryRun)))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(out + ": found ")
          .hasMessageContaining("which is read, in it, expected another folder");
    }
    assertThat(TinyRun.filesIn(data)).isEqualTo(before).contains("images/11.png");
  }

  @ParameterizedTest
  @EnumSource
  void aSourceCannotBeTheOutput(Kind kind) throws IOException {
    refuses(kind, data, data);
  }

  @ParameterizedTest
  @EnumSource
  void aSourceCannotBeInTheOutput(Kind kind) throws IOException {
    Files.writeString(folder.resolve("dataset.yaml"), "name: above");
    refuses(kind, data, folder);
  }

  @ParameterizedTest
  @EnumSource
  void linksAreSeenThrough(Kind kind) throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), data);
    refuses(kind, data, link);
    refuses(kind, link, data);
  }

  /** Annotations elsewhere, and photos that are links to those of the folder. */
  @ParameterizedTest
  @EnumSource
  void aPhotoCannotBeInTheOutput(Kind kind) throws IOException {
    Path linked = NoisePeople.write(folder.resolve("linked"));
    for (int i = 0; i < 12; i++) {
      Path photo = linked.resolve("images/" + i + ".png");
      Files.delete(photo);
      Files.createSymbolicLink(photo, data.resolve("images/" + i + ".png"));
    }
    refuses(kind, linked, data);
  }

  @Test
  void aTableCannotBeInTheOutput() throws IOException {
    Path photos = NoisePeople.write(folder.resolve("photos")).resolve("images");
    Path table =
        Files.writeString(data.resolve("people.csv"), "image,a_x,a_y,b_x,b_y\n0.png,1,2,9,9\n");
    Annotations annotations =
        CsvAnnotations.read(table, false, List.of(Split.parse("train=1.0")), 1);
    assertThatThrownBy(
            () ->
                new Preparation(annotations, photos, replacing(data, false), Treatment.PLAIN)
                    .run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("people.csv, which is read, in it");
    assertThat(table).exists();
  }

  /** What nothing is read of can be replaced, wherever it lies. */
  @ParameterizedTest
  @EnumSource
  void anotherDatasetBesideCanBeReplaced(Kind kind) throws IOException {
    Path out = NoisePeople.write(folder.resolve("data2"));
    kind.run(data, replacing(out, false));
    assertThat(Files.readString(out.resolve("dataset.yaml")))
        .contains(Skeleton.lsp14().joints().get(0), "source");
    assertThat(data.resolve("images/11.png")).exists();
  }
}
