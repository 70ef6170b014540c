package io.sadi.model;

import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.FailedException;
import io.sadi.io.NativeCache;
import io.sadi.io.Version;
import io.sadi.model.Proof.Outcome;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what {@link Proof} found on this machine, in a file beside the native libraries, for
 * each processor, LibTorch and build of this program.
 */
final class ProofFile {
  /**
   * For tests: forms that count as wrong, a pattern of {@code FORM WAY} as in {@code conv 16->24 .*
   * fused}. Nothing is remembered then.
   */
  static final String REJECT = "sadi.proof.reject";

  /** What this process has complained of: once is enough, however many networks it proves. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private static final String ANEW = ": that the arithmetic is right is proven anew each time";

  private final @Nullable Path path;
  private final @Nullable Pattern rejected;
  private final Map<String, Outcome> outcomes = new TreeMap<>();
  private boolean changed;

  private ProofFile(@Nullable Path path, @Nullable Pattern rejected) {
    this.path = path;
    this.rejected = rejected;
  }

  /** The results for a device; empty if the file cannot be read. */
  static ProofFile open(ComputeDevice device) {
    ProofFile file = empty(device);
    file.read();
    return file;
  }

  /** No results; those to come take the place of the ones that are written down. */
  static ProofFile empty(ComputeDevice device) {
    String reject = System.getProperty(REJECT, "");
    return reject.isEmpty()
        ? new ProofFile(place(device.identity()), null)
        : new ProofFile(null, Pattern.compile(reject));
  }

  /**
   * The file of a device.
   *
   * @param identity as {@link ComputeDevice#identity} has it
   * @return null if there is no folder that can be written
   */
  static @Nullable Path place(String identity) {
    try {
      String key = Checksum.sha256(List.of(identity, Version.pytorch(), NativeCache.jars()));
      return NativeCache.folder().resolve("proof-" + key.substring(0, 16) + ".txt");
    } catch (FailedException e) {
      return null; // no folder of our own
    }
  }

  private void read() {
    if (rejected != null || path == null || !Files.isReadable(path)) {
      return;
    }
    try {
      for (String line : Files.readAllLines(path)) {
        String[] fields = line.split("\t", -1);
        // Damaged: the trials run again.
        if (fields.length == 4
            && fields[3].equals(Checksum.sha256(List.of(fields).subList(0, 3)))) {
          outcomes.put(
              fields[0], new Outcome(Way.valueOf(fields[1]), true, Double.parseDouble(fields[2])));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      outcomes.clear();
    }
  }

  @Nullable Outcome get(String key) {
    return outcomes.get(key);
  }

  void put(String key, Outcome outcome) {
    outcomes.put(key, outcome);
    changed = true;
  }

  boolean rejects(LayerForm form, Way way) {
    return rejected != null && rejected.matcher(form + " " + way.name()).matches();
  }

  /**
   * Adds new results to those that other processes have written meanwhile. If one of them is
   * writing now, nothing is written, and the trials run again next time. Forms that are right in no
   * way are not written, so that they are tried again.
   *
   * @return a warning where it could not be written, or elsewhere than was asked for, unless this
   *     process gave it before
   */
  Optional<String> save() {
    String trouble = write();
    if (trouble == null && path != null) {
      trouble = NativeCache.warning();
    }
    return Optional.ofNullable(trouble).filter(SAID::add);
  }

  private @Nullable String write() {
    if (!changed || rejected != null) {
      return null;
    }
    changed = false;
    if (path == null) {
      return "no folder of the cache can be written" + ANEW;
    }
    Map<String, Outcome> ours = Map.copyOf(outcomes);
    read();
    outcomes.putAll(ours);
    List<String> lines = new ArrayList<>();
    outcomes.forEach(
        (key, outcome) -> {
          if (outcome.right()) {
            List<String> fields =
                List.of(key, outcome.way().name(), String.valueOf(outcome.error()));
            lines.add(String.join("\t", fields) + "\t" + Checksum.sha256(fields));
          }
        });
    try {
      AtomicFile.writeString(path, String.join("\n", lines) + "\n");
      return null;
    } catch (BadInputException e) {
      return null; // another process writes it
    } catch (IOException | FailedException e) {
      return path + " cannot be written" + ANEW;
    }
  }
}
