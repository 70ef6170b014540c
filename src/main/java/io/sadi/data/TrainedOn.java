package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a network was trained on, as its checkpoint, its run and its study keep it.
 *
 * @param dataset the dataset's name
 * @param train the people it learned from
 * @param val the people on whom its best epoch and its fusion weight were chosen; null for none
 * @param before what its weights had been trained on earlier, the first first: by the run that they
 *     come from ({@code --init}), or by this run before it went on with other data
 */
public record TrainedOn(
    String dataset, Fingerprint train, @Nullable Fingerprint val, List<TrainedOn> before) {
  public TrainedOn {
    before = List.copyOf(before);
  }

  /**
   * Of the people that a run uses.
   *
   * @param validationPeople may be nobody
   */
  public static TrainedOn of(
      Dataset dataset,
      String trainSplit,
      List<Person> people,
      String valSplit,
      List<Person> validationPeople) {
    return new TrainedOn(
        dataset.name(),
        Fingerprint.of(trainSplit, people, dataset.skeleton()),
        validationPeople.isEmpty()
            ? null
            : Fingerprint.of(valSplit, validationPeople, dataset.skeleton()),
        List.of());
  }

  /** The same for weights that had been trained on something else, or on the same, before. */
  public TrainedOn after(TrainedOn earlier) {
    List<TrainedOn> all = new ArrayList<>(earlier.before);
    all.add(new TrainedOn(earlier.dataset, earlier.train, earlier.val, List.of()));
    return new TrainedOn(dataset, train, val, all);
  }

  /** Whether the people are the same; the dataset may have got another name. */
  public boolean samePeople(TrainedOn other) {
    return difference(other) == null;
  }

  /**
   * Refuses to go on with other people than before.
   *
   * @param where the dataset that is given now
   * @param whose what was trained on these
   * @param remedy what to do
   */
  public void check(TrainedOn now, Object where, String whose, String remedy) {
    Mismatch difference = difference(now);
    if (difference != null) {
      throw BadInputException.at(
          where, difference.found, difference.expected + ", as " + whose, remedy);
    }
  }

  private record Mismatch(String found, String expected) {}

  private @Nullable Mismatch difference(TrainedOn now) {
    if (!train.samePeople(now.train)) {
      return new Mismatch(now.train.toString(), train.toString());
    }
    if (val == null && now.val == null) {
      return null;
    }
    return val != null && now.val != null && val.samePeople(now.val)
        ? null
        : new Mismatch(
            now.val == null ? "nobody to validate on" : now.val.toString(),
            val == null ? "nobody to validate on" : val.toString());
  }

  /** As files of ours keep it. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("dataset", dataset);
    json.add("train", train.json());
    if (val != null) {
      json.add("val", val.json());
    }
    if (!before.isEmpty()) {
      JsonArray earlier = new JsonArray();
      before.forEach(one -> earlier.add(one.json()));
      json.add("before", earlier);
    }
    return json;
  }

  /** Reads {@link #json}. */
  public static TrainedOn from(Field json) {
    return from(json, true);
  }

  private static TrainedOn from(Field json, boolean last) {
    List<TrainedOn> before = new ArrayList<>();
    if (last && json.get("before").isGiven()) {
      json.get("before").list().forEach(one -> before.add(from(one, false)));
    }
    Field val = json.get("val");
    return new TrainedOn(
        json.get("dataset").text(),
        Fingerprint.from(json.get("train")),
        val.isGiven() ? Fingerprint.from(val) : null,
        before);
  }

  /** As in {@code synthetic, split train (48 people, sha256 3f2a91c04d12), validated on ...}. */
  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(dataset).append(", ").append(train);
    if (val != null) {
      words.append(", validated on ").append(val);
    }
    for (int i = before.size() - 1; i >= 0; i--) {
      words.append("; before that on ").append(before.get(i));
    }
    return words.toString();
  }
}
