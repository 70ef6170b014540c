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
 */
public record Fingerprint(String split, int people, String sha256) {
  /** Digits that a person is shown. */
  private static final int SHOWN = 12;

  private static final int MOST_PEOPLE = 1_000_000_000;
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

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

  /** Whether it is of the same people, whatever their split is called. */
  public boolean samePeople(Fingerprint other) {
    return sha256.equals(other.sha256);
  }

  /** As files of ours keep it. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("split", split);
    json.addProperty("people", people);
    json.addProperty("sha256", sha256);
    return json;
  }

  /** Reads {@link #json}. */
  public static Fingerprint from(Field json) {
    return of(json.get("split").text(), json);
  }

  /** The same of a split whose name stands elsewhere. */
  public static Fingerprint of(String split, Field json) {
    String sha256 = json.get("sha256").text();
    if (!DIGITS.matcher(sha256).matches()) {
      throw json.get("sha256").wrong("64 hexadecimal digits");
    }
    return new Fingerprint(split, (int) json.get("people").integer(0, MOST_PEOPLE), sha256);
  }

  /** As in {@code split train (48 people, sha256 3f2a91c04d12)}. */
  @Override
  public String toString() {
    return "split " + split + " (" + people + " people, sha256 " + sha256.substring(0, SHOWN) + ")";
  }
}
