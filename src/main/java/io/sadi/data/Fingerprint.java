package io.sadi.data;

import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.geom.Box;
import io.sadi.io.Checksum;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the people of a split by their annotations, not by the photos' bytes.
 *
 * @param split its name
 * @param people how many of its people, from the first
 * @param sha256 over the joints' names and, person by person in their order, the image's name and
 *     pixel size, the person's number, box, crop and head size, and the annotated joints; 64
 *     hexadecimal digits. Numbers count as IEEE 754 has them, as what Java prints for them differs
 *     between its versions
 * @param photos those that a detector sees, with people or without; null for networks of joints,
 *     which see people alone, and in files of older versions
 */
public record Fingerprint(String split, int people, String sha256, @Nullable Photos photos) {
  /** Digits that a person is shown. */
  private static final int SHOWN = 12;

  private static final int MOST_PEOPLE = 1_000_000_000;
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

  /** Of people alone. */
  public Fingerprint(String split, int people, String sha256) {
    this(split, people, sha256, null);
  }

  /**
   * The photos of a split, also those that show nobody.
   *
   * @param count how many
   * @param sha256 over their names and pixel sizes, in their order; 64 hexadecimal digits
   */
  public record Photos(int count, String sha256) {
    private static Photos from(Field json) {
      return new Photos((int) json.get("count").integer(0, MOST_PEOPLE), digits(json));
    }

    private JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("count", count);
      json.addProperty("sha256", sha256);
      return json;
    }
  }

  /** Of some people, whose order counts. */
  public static Fingerprint of(String split, List<Person> people, Skeleton skeleton) {
    String sha256 =
        Checksum.sha256(
            out -> {
              out.writeInt(skeleton.size());
              for (String joint : skeleton.joints()) {
                write(joint, out);
              }
              for (Person person : people) {
                write(person, out);
              }
            });
    return new Fingerprint(split, people.size(), sha256);
  }

  /** The same with the photos that were looked at, whose order counts. */
  Fingerprint with(List<LabelledPhoto> seen) {
    String sum =
        Checksum.sha256(
            out -> {
              for (LabelledPhoto photo : seen) {
                write(photo.image(), out);
                out.writeInt(photo.width());
                out.writeInt(photo.height());
              }
            });
    return new Fingerprint(split, people, sha256, new Photos(seen.size(), sum));
  }

  private static void write(Person person, DataOutputStream out) throws IOException {
    write(person.image(), out);
    out.writeInt(person.imageWidth());
    out.writeInt(person.imageHeight());
    out.writeInt(person.person());
    write(person.box(), out);
    out.writeDouble(person.centerX());
    out.writeDouble(person.centerY());
    out.writeDouble(person.scale());
    out.writeDouble(person.headSize());
    for (int k = 0; k < person.visibility().length; k++) {
      out.writeByte(person.visibility()[k]);
      if (person.annotated(k)) { // what stands elsewhere means nothing
        out.writeFloat(person.x()[k]);
        out.writeFloat(person.y()[k]);
      }
    }
  }

  private static void write(@Nullable Box box, DataOutputStream out) throws IOException {
    out.writeBoolean(box != null);
    if (box != null) {
      out.writeDouble(box.x());
      out.writeDouble(box.y());
      out.writeDouble(box.width());
      out.writeDouble(box.height());
    }
  }

  private static void write(String text, DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * Whether it is of the same people, whatever their split is called; and of the same photos, where
   * both say which.
   */
  public boolean samePeople(Fingerprint other) {
    return sha256.equals(other.sha256)
        && (photos == null || other.photos == null || photos.equals(other.photos));
  }

  /** As files of ours keep it. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("split", split);
    json.addProperty("people", people);
    json.addProperty("sha256", sha256);
    if (photos != null) {
      json.add("photos", photos.json());
    }
    return json;
  }

  /** Reads {@link #json}. */
  public static Fingerprint from(Field json) {
    return of(json.get("split").text(), json);
  }

  /** The same of a split whose name stands elsewhere. */
  public static Fingerprint of(String split, Field json) {
    Field photos = json.get("photos");
    return new Fingerprint(
        split,
        (int) json.get("people").integer(0, MOST_PEOPLE),
        digits(json),
        photos.isGiven() ? Photos.from(photos) : null);
  }

  private static String digits(Field json) {
    String sha256 = json.get("sha256").text();
    if (!DIGITS.matcher(sha256).matches()) {
      throw json.get("sha256").wrong("64 hexadecimal digits");
    }
    return sha256;
  }

  /** As in {@code split train (48 people, sha256 3f2a91c04d12)}. */
  @Override
  public String toString() {
    String ofPhotos =
        photos == null
            ? ""
            : "; " + photos.count + " photos, sha256 " + photos.sha256.substring(0, SHOWN);
    return "split "
        + split
        + " ("
        + people
        + " people, sha256 "
        + sha256.substring(0, SHOWN)
        + ofPhotos
        + ")";
  }
}
