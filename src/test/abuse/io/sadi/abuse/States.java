package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The states of a run that is killed again and again, some of which are damaged besides: what was
 * good before is never lost for it.
 */
final class States {
  private final Path run;
  private final SplittableRandom random;
  private long best;

  States(Path run, SplittableRandom random) {
    this.run = run;
    this.random = random;
  }

  /** The run begins anew. */
  void forget() {
    best = 0;
  }

  /**
   * Checks that the run stands no further back than it did; then, now and then, changes a byte of a
   * state where there is another good one.
   */
  void damageOne() throws IOException {
    Map<Path, Long> good = good();
    assertThat(good.values().stream().mapToLong(steps -> steps).max().orElse(0))
        .as("steps of the best state that is whole in " + run)
        .isGreaterThanOrEqualTo(best);
    List<Path> files = new ArrayList<>(good.keySet());
    if (good.values().stream().distinct().count() > 1 && random.nextInt(3) == 0) {
      Path victim = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(victim);
      bytes[bytes.length / 2 + random.nextInt(bytes.length / 2)] ^= (byte) (1 << random.nextInt(8));
      Path copy = run.resolve("state/copy");
      Files.write(copy, bytes);
      Files.move(copy, victim, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Abuse.note("damaged " + victim.getFileName(), 0, "");
    }
    best = good().values().stream().mapToLong(steps -> steps).max().orElse(0);
  }

  /** The states that can be gone on from, with the steps that each has done. */
  private Map<Path, Long> good() throws IOException {
    List<Path> files = new ArrayList<>();
    files.add(run.resolve("checkpoints/last.safetensors"));
    if (Files.isDirectory(run.resolve("state"))) {
      try (Stream<Path> kept = Files.list(run.resolve("state"))) {
        kept.filter(file -> file.getFileName().toString().matches("last-\\d+\\.safetensors"))
            .sorted()
            .forEach(files::add);
      }
    }
    Map<Path, Long> good = new LinkedHashMap<>();
    for (Path file : files) {
      long steps = steps(file);
      if (steps >= 0) {
        good.put(file, steps);
      }
    }
    return good;
  }

  /** How far a state is; -1 where it is not whole. */
  private long steps(Path file) throws IOException {
    try {
      Safetensors state = Safetensors.read(file);
      String position = state.metadata().getOrDefault("training", "");
      if (!isWhole(state) || !position.contains("\"steps\":")) {
        return -1;
      }
      long steps = Long.parseLong(position.replaceFirst(".*\"steps\":(\\d+).*", "$1"));
      Path optimizer = run.resolve(String.format("state/optimizer-%09d.safetensors", steps));
      return isWhole(Safetensors.read(optimizer)) ? steps : -1;
    } catch (BadInputException e) {
      return -1;
    }
  }

  private static boolean isWhole(Safetensors file) {
    return Safetensors.sum(file.tensors()).equals(file.metadata().get("crc32c"));
  }
}
