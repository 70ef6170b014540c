package io.sadi.prepare.read;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import io.sadi.config.Field;
import io.sadi.data.Person;
import io.sadi.data.Pixels;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * MPII's people as the JSON that most toolkits share ({@code train.json}, {@code valid.json} of
 * HRNet): a list of {@code image}, {@code center}, {@code scale}, {@code joints}, {@code
 * joints_vis}, 1-based. It has no head boxes and does not tell occluded joints from visible ones.
 * Or that of Convolutional Pose Machines and pytorch-pose ({@code mpii_annotations.json}): {@code
 * img_paths}, {@code objpos}, {@code scale_provided}, {@code joint_self} ([x, y, visible] each) and
 * {@code isValidation}, 1-based too.
 */
final class MpiiJson {
  private MpiiJson() {}

  /**
   * Everybody in the file, in order; without joints where the file has none (test.json).
   *
   * @param inImage how many people each image has so far, in this file or another; they are counted
   *     on
   * @param unreadable is told why an entry cannot be read, which costs no other
   */
  static List<MpiiPerson> read(
      Path file, Map<String, Integer> inImage, Consumer<BadInputException> unreadable)
      throws IOException {
    return Json.stream(file, json -> read(json, file, inImage, unreadable));
  }

  private static List<MpiiPerson> read(
      JsonReader json,
      Path file,
      Map<String, Integer> inImage,
      Consumer<BadInputException> unreadable)
      throws IOException {
    List<MpiiPerson> people = new ArrayList<>();
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      JsonElement element = JsonParser.parseReader(json);
      try {
        people.add(person(Field.at(element, file, "[" + i + "]"), inImage));
      } catch (BadInputException e) {
        unreadable.accept(e);
      }
    }
    json.endArray();
    return people;
  }

  private static MpiiPerson person(Field person, Map<String, Integer> inImage) {
    if (!person.get("image").isGiven() && person.get("img_paths").isGiven()) {
      return ofPoseMachines(person, inImage);
    }
    String image = image(person.get("image"));
    double[] x = new double[MpiiPerson.JOINTS];
    double[] y = new double[MpiiPerson.JOINTS];
    byte[] visibility = new byte[MpiiPerson.JOINTS];
    Field joints = person.get("joints");
    if (joints.isGiven()) {
      List<Field> places = joints.list();
      double[] visible = Pixels.numbers(person.get("joints_vis"), MpiiPerson.JOINTS);
      if (places.size() != MpiiPerson.JOINTS) {
        throw joints.wrong(MpiiPerson.JOINTS + " pairs of x and y");
      }
      for (int k = 0; k < MpiiPerson.JOINTS; k++) {
        double[] place = Pixels.numbers(places.get(k), 2);
        x[k] = place[0];
        y[k] = place[1];
        visibility[k] = visibility(place, visible[k]);
      }
    }
    double[] center = Pixels.numbers(person.get("center"), 2);
    return MpiiPerson.of(
        image,
        inImage.merge(image, 1, Integer::sum) - 1,
        x,
        y,
        visibility,
        center[0],
        center[1],
        Pixels.number(person.get("scale")),
        null,
        true,
        true);
  }

  private static MpiiPerson ofPoseMachines(Field entry, Map<String, Integer> inImage) {
    String image = image(entry.get("img_paths"));
    List<Field> joints = entry.get("joint_self").list();
    if (joints.size() != MpiiPerson.JOINTS) {
      throw entry.get("joint_self").wrong(MpiiPerson.JOINTS + " joints, as MPII has");
    }
    double[] x = new double[MpiiPerson.JOINTS];
    double[] y = new double[MpiiPerson.JOINTS];
    byte[] visibility = new byte[MpiiPerson.JOINTS];
    for (int k = 0; k < MpiiPerson.JOINTS; k++) {
      double[] joint = Pixels.numbers(joints.get(k), 3);
      x[k] = joint[0];
      y[k] = joint[1];
      visibility[k] = visibility(joint, joint[2]);
    }
    double[] position = Pixels.numbers(entry.get("objpos"), 2);
    MpiiPerson person =
        MpiiPerson.of(
            image,
            inImage.merge(image, 1, Integer::sum) - 1,
            x,
            y,
            visibility,
            position[0],
            position[1],
            Pixels.number(entry.get("scale_provided")),
            null,
            true,
            true);
    Field isValidation = entry.get("isValidation");
    return isValidation.isGiven() && isValidation.flag() ? person.toValidate() : person;
  }

  /** A name that can be one; which file is meant is seen when the images are looked for. */
  private static String image(Field image) {
    String name = image.text();
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw image.wrong("an image's name");
    }
    return name;
  }

  /** A joint at (-1, -1) or (0, 0) is not annotated: coordinates are 1-based. */
  private static byte visibility(double[] place, double visible) {
    if (place[0] <= 0 && place[1] <= 0) {
      return Person.NOT_ANNOTATED;
    }
    return visible > 0 ? Person.VISIBLE : Person.OCCLUDED;
  }
}
