package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a network was trained on, as its checkpoint, its run and its study keep it.
 *
 * @param dataset the dataset's name
 * @param train the people it learned from
 * @param val the people on whom its best epoch and its fusion weight were chosen; null for none
 * @param teachers files of predictions that were a second opinion on the labels; none as a rule
 * @param before what its weights had been trained on earlier, the first first: by the run that they
 *     come from ({@code --init}), or by this run before it went on with other data
 * @param unknownBefore the file of the network that its weights come from in the first place, where
 *     that does not say what it was trained on, as imported ones do not; null for none
 */
public record TrainedOn(
    String dataset,
    Fingerprint train,
    @Nullable Fingerprint val,
    List<TeacherFile> teachers,
    List<TrainedOn> before,
    @Nullable String unknownBefore) {
  /** Digits of a checksum that a person is shown. */
  private static final int SHOWN = 12;

  public TrainedOn {
    teachers = List.copyOf(teachers);
    before = List.copyOf(before);
  }

  /** Without a second opinion; all that it was trained on is known. */
  public TrainedOn(
      String dataset, Fingerprint train, @Nullable Fingerprint val, List<TrainedOn> before) {
    this(dataset, train, val, List.of(), before, null);
  }

  /**
   * A file of predictions.
   *
   * @param file its name, without folders
   * @param sha256 of its bytes; of a folder, of its files' names and bytes; 64 hexadecimal digits
   */
  public record TeacherFile(String file, String sha256) {
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

    /** A file as it is now. */
    public static TeacherFile of(Path file) throws IOException {
      return new TeacherFile(String.valueOf(file.getFileName()), Checksum.sha256(file));
    }

    private JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("file", file);
      json.addProperty("sha256", sha256);
      return json;
    }

    private static TeacherFile from(Field json) {
      String sha256 = json.get("sha256").text();
      if (!DIGITS.matcher(sha256).matches()) {
        throw json.get("sha256").wrong("64 hexadecimal digits");
      }
      return new TeacherFile(json.get("file").text(), sha256);
    }

    @Override
    public String toString() {
      return file + " (sha256 " + sha256.substring(0, SHOWN) + ")";
    }
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

  /** The same with second opinions on the labels. */
  public TrainedOn with(List<TeacherFile> files) {
    return new TrainedOn(dataset, train, val, files, before, unknownBefore);
  }

  /**
   * The same of a detector, which also sees photos that show nobody.
   *
   * @param validationPhotos as {@code val}; not looked at without
   */
  public TrainedOn with(List<LabelledPhoto> photos, List<LabelledPhoto> validationPhotos) {
    return new TrainedOn(
        dataset,
        train.with(photos),
        val == null ? null : val.with(validationPhotos),
        teachers,
        before,
        unknownBefore);
  }

  /** The same for weights that had been trained on something else, or on the same, before. */
  public TrainedOn after(TrainedOn earlier) {
    List<TrainedOn> all = new ArrayList<>(earlier.before);
    all.add(
        new TrainedOn(
            earlier.dataset, earlier.train, earlier.val, earlier.teachers, List.of(), null));
    return new TrainedOn(dataset, train, val, teachers, all, earlier.unknownBefore);
  }

  /** The same for weights of a network that does not say what it was trained on. */
  public TrainedOn afterUnknown(Path network) {
    return new TrainedOn(
        dataset, train, val, teachers, before, String.valueOf(network.getFileName()));
  }

  /**
   * Whether people and second opinions are the same; the dataset and the files may have got other
   * names.
   */
  public boolean same(TrainedOn other) {
    return difference(other) == null && sameTeachers(other);
  }

  private boolean sameTeachers(TrainedOn other) {
    return teachers.stream()
        .map(TeacherFile::sha256)
        .toList()
        .equals(other.teachers.stream().map(TeacherFile::sha256).toList());
  }

  /**
   * Refuses to go on with other people, or another second opinion, than before.
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
    if (!sameTeachers(now)) {
      throw BadInputException.at(
          "labels of another network (--teacher, data.found)",
          now.teacher(),
          teacher() + ", as " + whose,
          "give the file of before, or go on with this one with --override-config");
    }
  }

  private String teacher() {
    return teachers.isEmpty()
        ? "none"
        : String.join(", ", teachers.stream().map(TeacherFile::toString).toList());
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
    if (!teachers.isEmpty()) {
      JsonArray files = new JsonArray();
      teachers.forEach(one -> files.add(one.json()));
      json.add("teachers", files);
    }
    if (!before.isEmpty()) {
      JsonArray earlier = new JsonArray();
      before.forEach(one -> earlier.add(one.json()));
      json.add("before", earlier);
    }
    if (unknownBefore != null) {
      json.addProperty("unknown_before", unknownBefore);
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
    List<TeacherFile> teachers = new ArrayList<>();
    if (json.get("teachers").isGiven()) {
      json.get("teachers").list().forEach(one -> teachers.add(TeacherFile.from(one)));
    }
    Field unknown = json.get("unknown_before");
    Field val = json.get("val");
    return new TrainedOn(
        json.get("dataset").text(),
        Fingerprint.from(json.get("train")),
        val.isGiven() ? Fingerprint.from(val) : null,
        teachers,
        before,
        last && unknown.isGiven() ? unknown.text() : null);
  }

  /** As in {@code synthetic, split train (48 people, sha256 3f2a91c04d12), validated on ...}. */
  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(dataset).append(", ").append(train);
    if (val != null) {
      words.append(", validated on ").append(val);
    }
    if (!teachers.isEmpty()) {
      words.append(", with a second opinion on the labels, ").append(teacher());
    }
    for (int i = before.size() - 1; i >= 0; i--) {
      words.append("; before that on ").append(before.get(i));
    }
    if (unknownBefore != null) {
      words.append("; before that on people that ").append(unknownBefore).append(" does not name");
    }
    return words.toString();
  }
}
