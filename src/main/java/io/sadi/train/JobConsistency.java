package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.config.Field;
import io.sadi.data.TrainedOn;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Version;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Numerics;
import io.sadi.torch.Ranks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that the processes of a job train the same network on the same people, and compute alike.
 * Otherwise the sum of their gradients would be meaningless.
 */
final class JobConsistency {
  /** Settings that may differ from machine to machine. */
  private static final Set<String> OF_THE_MACHINE =
      Set.of("train.device", "train.threads", "data.workers");

  private static final String ALLOW_MIXED = "allow_mixed";

  private JobConsistency() {}

  /**
   * Compares all processes with the first one.
   *
   * @throws BadInputException in all of them, naming one that differs and in what
   */
  static void check(TrainJob training, Ranks ranks, ComputeDevice device) {
    if (ranks.size() == 1) {
      return;
    }
    JsonObject own = new JsonObject();
    own.addProperty("sadi", Version.sadi());
    own.addProperty("config", training.config().yaml());
    own.add("trained_on", training.trainedOn().json());
    List<String> all = ranks.gather(Json.compact(own), device);
    for (int rank = 1; rank < all.size(); rank++) {
      String difference = difference(said(all, rank), rank, said(all, 0));
      if (!difference.isEmpty()) {
        throw new BadInputException(
            difference + "; start all processes of a job with the same program, config and data");
      }
    }
  }

  /**
   * Compares the arithmetic of all processes, each of which finds out what {@code auto} means on
   * its machine.
   *
   * @param own of this process
   * @param allowMixed whether they may differ; what the first process is told counts
   * @return by rank
   * @throws BadInputException in all of them, naming one that differs and in what
   */
  static List<Numerics> check(Numerics own, boolean allowMixed, Ranks ranks, ComputeDevice device) {
    JsonObject said = own.json();
    said.addProperty(ALLOW_MIXED, allowMixed);
    List<String> all = ranks.gather(Json.compact(said), device);
    boolean mixed = said(all, 0).get(ALLOW_MIXED).getAsBoolean();
    Numerics first = Numerics.of(said(all, 0));
    List<Numerics> numerics = new ArrayList<>();
    for (int rank = 0; rank < all.size(); rank++) {
      Numerics its = Numerics.of(said(all, rank));
      numerics.add(its);
      String difference = its.where(first);
      if (!difference.isEmpty() && !mixed) {
        throw new BadInputException(
            said(rank, difference, first.where(its))
                + "; set train.precision, start all processes on machines that compute alike, or"
                + " mix them with --allow-mixed");
      }
    }
    return numerics;
  }

  private static JsonObject said(List<String> all, int rank) {
    String where = "what rank " + rank + " says";
    return Json.object(Json.parse(all.get(rank), where), where);
  }

  private static String difference(JsonObject its, int rank, JsonObject first) {
    String version = its.get("sadi").getAsString();
    if (!version.equals(first.get("sadi").getAsString())) {
      return said(rank, "sadi " + version, "sadi " + first.get("sadi").getAsString());
    }
    Map<String, String> settings = settings(its, rank);
    for (Map.Entry<String, String> setting : settings(first, 0).entrySet()) {
      String key = setting.getKey();
      String value = settings.getOrDefault(key, "");
      if (!OF_THE_MACHINE.contains(key) && !value.equals(setting.getValue())) {
        return said(rank, key + " " + value, setting.getValue());
      }
    }
    TrainedOn people =
        TrainedOn.from(Field.root(its.get("trained_on"), "what rank " + rank + " says"));
    TrainedOn others = TrainedOn.from(Field.root(first.get("trained_on"), "what rank 0 says"));
    return people.same(others) ? "" : said(rank, people.toString(), others.toString());
  }

  private static String said(int rank, String its, String first) {
    return "rank " + rank + " has " + its + ", rank 0 has " + first;
  }

  private static Map<String, String> settings(JsonObject said, int rank) {
    Config config = Config.parse(said.get("config").getAsString(), "the config of rank " + rank);
    RunConfig.from(config);
    return config.settings();
  }
}
