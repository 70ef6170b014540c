package io.sadi.train;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.convert.TorchImport;
import io.sadi.data.Dataset;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors;
import io.sadi.io.TorchFile;
import io.sadi.model.Parameter;
import io.sadi.model.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A trained network whose weights a run starts from, instead of random ones.
 *
 * @param checkpoint of it: one of ours, or a PyTorch file that can be imported
 * @param except parts of parameters' names that start at random all the same
 */
public record InitialNetwork(Path checkpoint, List<String> except) {

  Checkpoint read() throws IOException {
    return TorchFile.isOne(checkpoint)
        ? TorchImport.read(checkpoint, null, null).unnamed()
        : Checkpoint.read(checkpoint);
  }

  /**
   * Checks that the weights fit.
   *
   * @param parameters of the network that is trained
   * @param dataset that it is trained on
   * @throws BadInputException naming the parts that do not fit
   */
  void check(Parameters parameters, Dataset dataset) throws IOException {
    Checkpoint from = read();
    checkJoints(parameters, from, dataset);
    checkParts(parameters, from);
    parameters.check(from.tensors(), except, checkpoint);
  }

  /** A network of other joints must leave out the parts that are made for them. */
  private void checkJoints(Parameters parameters, Checkpoint from, Dataset dataset) {
    int joints = dataset.skeleton().size();
    if (from.skeleton().size() == joints) {
      return;
    }
    Set<String> parts = new TreeSet<>(except);
    boolean fits = true;
    for (Parameter parameter : parameters.all()) {
      Safetensors.Entry entry = from.tensors().get(parameter.name());
      String name = parameter.name();
      if (entry != null && !Arrays.equals(entry.shape(), parameter.shape())) {
        fits &= except.stream().anyMatch(part -> (name + ".").startsWith(part + "."));
        parts.add(name.substring(0, Math.max(0, name.indexOf('.'))));
      }
    }
    if (!fits) {
      throw BadInputException.at(
          checkpoint,
          "a network of " + from.skeleton().size() + " joints",
          joints + " as in " + dataset.folder(),
          "--init-except " + String.join(",", parts) + " begins with the rest of it");
    }
  }

  /** A network that lacks parts must leave them out by name. */
  private void checkParts(Parameters parameters, Checkpoint from) {
    Set<String> parts = parameters.partsWithout(from.tensors().keySet(), except);
    if (!parts.isEmpty()) {
      Set<String> all = new LinkedHashSet<>(except);
      all.addAll(parts);
      throw BadInputException.at(
          checkpoint,
          "a network without " + String.join(", ", parts),
          "all parts of the one that is trained",
          "--init-except " + String.join(",", all) + " starts these at random");
    }
  }
}
