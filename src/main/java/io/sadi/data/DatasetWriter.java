package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.sadi.config.Yaml;
import io.sadi.geom.Box;
import io.sadi.io.AtomicFile;
import io.sadi.io.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a dataset folder: {@code dataset.yaml} and {@code annotations/SPLIT.json}. The same input
 * gives the same bytes.
 */
public final class DatasetWriter {
  /** Of centres, scales and boxes, in pixels: far below what any annotation means. */
  private static final int DECIMALS = 6;

  private DatasetWriter() {}

  /**
   * The content of a split.
   *
   * @param people everybody, also those who are ignored
   * @param empty images with nobody in them
   */
  public record SplitContent(List<Person> people, List<CocoImage> empty) {
    /** Those who are not ignored. */
    public List<Person> counted() {
      return people.stream().filter(person -> !person.ignored()).toList();
    }
  }

  /**
   * Writes the description and every split. Images are not written here. A split in which nobody
   * has a joint can be neither trained nor measured on: dataset.yaml lists it as {@code
   * unannotated}, and its file serves as boxes to predict in.
   *
   * @param dataset where to and what; its splits are those of {@code people}
   * @param imageRoot how dataset.yaml names the image root: relative to the folder where possible
   * @param notes further keys of dataset.yaml, such as {@code source}: plain maps, lists and values
   */
  public static void write(
      Dataset dataset, String imageRoot, Map<String, ?> notes, Map<String, List<Person>> people)
      throws IOException {
    Map<String, SplitContent> splits = new LinkedHashMap<>();
    people.forEach((split, list) -> splits.put(split, new SplitContent(list, List.of())));
    writeSplits(dataset, imageRoot, notes, splits);
  }

  /** Writes also images without people. */
  public static void writeSplits(
      Dataset dataset, String imageRoot, Map<String, ?> notes, Map<String, SplitContent> splits)
      throws IOException {
    Set<CocoCategory> categories = new LinkedHashSet<>();
    for (SplitContent split : splits.values()) {
      split.people.forEach(person -> categories.add(category(person)));
    }
    if (categories.isEmpty()) {
      categories.add(CocoCategory.PERSON);
    }
    for (Map.Entry<String, SplitContent> split : splits.entrySet()) {
      AtomicFile.write(
          DatasetReader.annotations(dataset.folder(), split.getKey()),
          out -> {
            Writer writer =
                new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            writeCoco(writer, dataset.skeleton(), categories, split.getValue());
            writer.flush();
          });
    }
    Map<String, Object> yaml = new LinkedHashMap<>();
    yaml.put("name", dataset.name());
    yaml.put("metric", dataset.metric().label());
    yaml.put("image_root", imageRoot);
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, Integer> unannotated = new LinkedHashMap<>();
    splits.forEach(
        (split, content) -> {
          List<Person> counted = content.counted();
          boolean annotated = counted.stream().anyMatch(Person::annotated);
          (annotated ? counts : unannotated).put(split, counted.size());
        });
    yaml.put("splits", counts);
    if (!unannotated.isEmpty()) {
      yaml.put("unannotated", unannotated);
    }
    Skeleton skeleton = dataset.skeleton();
    yaml.put("joints", skeleton.joints());
    yaml.put("flip_pairs", names(skeleton.flipPairs(), skeleton));
    yaml.put("skeleton", names(skeleton.edges(), skeleton));
    yaml.putAll(notes);
    AtomicFile.writeString(dataset.folder().resolve(DatasetReader.DESCRIPTION), Yaml.write(yaml));
  }

  private static List<List<String>> names(List<Skeleton.Pair> pairs, Skeleton skeleton) {
    return pairs.stream()
        .map(pair -> List.of(skeleton.joints().get(pair.a()), skeleton.joints().get(pair.b())))
        .toList();
  }

  private static CocoCategory category(Person person) {
    return person.source() == null ? CocoCategory.PERSON : person.source().category();
  }

  /** One element a line, so that a diff or grep of the file is of use. */
  private static void writeCoco(
      Writer out, Skeleton skeleton, Set<CocoCategory> categories, SplitContent content)
      throws IOException {
    Map<String, CocoId> images = writeImages(out, content);
    CocoIds used = new CocoIds();
    List<@Nullable CocoId> ids = new ArrayList<>();
    for (Person person : content.people) {
      CocoId id = person.source() == null ? null : person.source().annotation();
      ids.add(id != null && used.add(id) ? id : null);
    }
    out.write("\n],\n\"annotations\":[");
    for (int i = 0; i < ids.size(); i++) {
      Person person = content.people.get(i);
      CocoId id = ids.get(i);
      CocoId image = Objects.requireNonNull(images.get(person.image()));
      line(out, annotation(person, id == null ? used.next() : id, image), i == 0);
    }
    out.write("\n],\n\"categories\":[");
    boolean first = true;
    for (CocoCategory category : categories) {
      line(out, category(category, skeleton), first);
      first = false;
    }
    out.write("\n]}\n");
  }

  /** The images' ids by their names: those of their source, or numbers that nothing else has. */
  private static Map<String, CocoId> writeImages(Writer out, SplitContent content)
      throws IOException {
    Map<String, CocoImage> images = new LinkedHashMap<>();
    for (Person person : content.people) {
      CocoId id = person.source() == null ? null : person.source().image();
      images.putIfAbsent(
          person.image(),
          new CocoImage(id, person.image(), person.imageWidth(), person.imageHeight()));
    }
    content.empty.forEach(image -> images.putIfAbsent(image.name(), image));
    CocoIds used = new CocoIds();
    Map<String, CocoId> ids = new LinkedHashMap<>();
    images.forEach(
        (name, image) -> {
          if (image.id() != null && used.add(image.id())) {
            ids.put(name, image.id());
          }
        });
    out.write("{\"images\":[");
    boolean first = true;
    for (CocoImage image : images.values()) {
      CocoId id = ids.get(image.name());
      if (id == null) {
        id = used.next();
        ids.put(image.name(), id);
      }
      JsonObject json = new JsonObject();
      json.add("id", id.toJson());
      json.addProperty("file_name", image.name());
      json.addProperty("width", image.width());
      json.addProperty("height", image.height());
      line(out, json, first);
      first = false;
    }
    return ids;
  }

  private static void line(Writer out, JsonObject element, boolean first) throws IOException {
    out.write(first ? "\n" : ",\n");
    out.write(Json.compact(element));
  }

  private static JsonObject annotation(Person person, CocoId id, CocoId image) {
    JsonObject annotation = new JsonObject();
    annotation.add("id", id.toJson());
    annotation.add("image_id", image.toJson());
    annotation.add("category_id", category(person).id().toJson());
    if (!person.crowd()) {
      annotation.addProperty("person", person.person());
    }
    // COCO's tools want a box.
    Box box = person.box() == null || Person.isEmpty(person.box()) ? person.extent() : person.box();
    annotation.add("bbox", numbers(box.x(), box.y(), box.width(), box.height()));
    double area = person.source() == null ? Double.NaN : person.source().area();
    annotation.add("area", Json.number(Double.isNaN(area) ? box.area() : area, DECIMALS));
    annotation.addProperty("iscrowd", person.crowd() ? 1 : 0);
    annotation.add("center", numbers(person.centerX(), person.centerY()));
    annotation.add("scale", Json.number(person.scale(), DECIMALS));
    if (!Double.isNaN(person.headSize())) {
      annotation.add("head_size", Json.number(person.headSize(), DECIMALS));
    }
    if (person.headBox() != null) {
      Box head = person.headBox();
      annotation.add(
          "head_box",
          numbers(head.x(), head.y(), head.x() + head.width(), head.y() + head.height()));
    }
    int annotated = 0;
    JsonArray keypoints = new JsonArray();
    for (int k = 0; k < person.x().length; k++) {
      annotated += person.annotated(k) ? 1 : 0;
      keypoints.add(exact(person.x()[k]));
      keypoints.add(exact(person.y()[k]));
      keypoints.add((int) person.visibility()[k]);
    }
    annotation.addProperty("num_keypoints", annotated);
    annotation.add("keypoints", keypoints);
    if (person.origin() != null) {
      annotation.add("original", person.origin().json());
    }
    return annotation;
  }

  private static JsonObject category(CocoCategory of, Skeleton skeleton) {
    JsonObject category = new JsonObject();
    category.add("id", of.id().toJson());
    category.addProperty("name", of.name());
    category.addProperty("supercategory", of.name());
    JsonArray keypoints = new JsonArray();
    skeleton.joints().forEach(keypoints::add);
    category.add("keypoints", keypoints);
    JsonArray edges = new JsonArray();
    for (Skeleton.Pair edge : skeleton.edges()) {
      JsonArray pair = new JsonArray();
      pair.add(edge.a() + 1); // COCO counts joints from 1 here
      pair.add(edge.b() + 1);
      edges.add(pair);
    }
    category.add("skeleton", edges);
    return category;
  }

  private static JsonArray numbers(double... values) {
    JsonArray array = new JsonArray();
    for (double value : values) {
      array.add(Json.number(value, DECIMALS));
    }
    return array;
  }

  /** The shortest decimal that is read back as the same float. */
  private static JsonPrimitive exact(float value) {
    BigDecimal shortest = new BigDecimal(Float.toString(value)).stripTrailingZeros();
    return new JsonPrimitive(new BigDecimal(shortest.toPlainString()));
  }
}
