package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.data.Skeleton;
import io.sadi.prepare.MergedDatasets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sadi prepare merge}. */
@Command(
    name = "merge",
    header = "Several dataset folders as one.",
    description =
        "Splits of the same name are joined, joints go by their names. Datasets with other joints than"
            + " the first are brought to one skeleton. LSP's neck is MPII's upper"
            + " neck; pelvis and thorax are the midpoints of hips and shoulders where a dataset has"
            + " none. Images stay where they are. Ids that collide get new numbers.",
    footer = {
      "",
      "Example: MPII, LSPET and the first half of LSP to learn, the second to test",
      "  sadi prepare mpii --split official --out data/mpii ...",
      "  sadi prepare lspet --split official --out data/lspet ...",
      "  sadi prepare lsp --out data/lsp ...",
      "  sadi prepare merge data/mpii data/lspet data/lsp --skeleton lsp14 \\",
      "    --out data/mpii-lsp"
    })
final class PrepareMergeCommand implements Callable<Integer> {
  /** The skeletons that datasets are merged on. */
  enum Target {
    LSP14,
    MPII16;

    Skeleton skeleton() {
      return this == LSP14 ? Skeleton.lsp14() : Skeleton.mpii16();
    }

    @Override
    public String toString() {
      return io.sadi.config.Config.name(this);
    }
  }

  @Mixin private CommonOptions common;
  @Mixin private PhotoOptions photos;

  @Parameters(arity = "2..*", paramLabel = "DIR", description = "Dataset folders.")
  private List<Path> folders;

  @Option(
      names = "--skeleton",
      order = 1,
      paramLabel = "NAME",
      description =
          "The joints of the result: ${COMPLETION-CANDIDATES}. Only where the datasets' joints"
              + " differ.")
  private @Nullable Target target;

  @Override
  public Integer call() throws IOException {
    MergedDatasets merged = MergedDatasets.read(folders, target == null ? null : target.skeleton());
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", "merge");
    options.put("folders", folders.stream().map(Path::toString).toList());
    if (target != null) {
      options.put("skeleton", target.toString());
    }
    return photos.prepare(options, merged.annotations(), merged.imageRoot(), common.console());
  }
}
