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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
   * Writes the description and every split. Images are written by whoever makes them. A split in
   * which nobody has a joint is nothing to learn from or to be measured on: dataset.yaml lists it
   * as {@code unannotated}, and its file serves as boxes to predict in.
   *
   * @param dataset where to and what; its splits are those of {@code people}
   * @param imageRoot how dataset.yaml names the image root: relative to the folder where possible
   * @param notes further keys of dataset.yaml, such as {@code source}: plain maps, lists and values
   */
  public static void write(
      Dataset dataset, String imageRoot, Map<String, ?> notes, Map<String, List<Person>> people)
      throws IOException {
    write(dataset, imageRoot, notes, people, person -> new JsonObject());
  }

  /**
   * Writes also what else there is to say of people.
   *
   * @param extras further fields of a person's annotation
   */
  public static void write(
      Dataset dataset,
      String imageRoot,
      Map<String, ?> notes,
      Map<String, List<Person>> people,
      Function<Person, JsonObject> extras)
      throws IOException {
    for (Map.Entry<String, List<Person>> split : people.entrySet()) {
      AtomicFile.write(
          DatasetReader.annotations(dataset.folder(), split.getKey()),
          out -> {
            Writer writer =
                new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            writeCoco(writer, dataset.skeleton(), split.getValue(), extras);
            writer.flush();
          });
    }
    Map<String, Object> yaml = new LinkedHashMap<>();
    yaml.put("name", dataset.name());
    yaml.put("metric", dataset.metric().label());
    yaml.put("image_root", imageRoot);
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, Integer> unannotated = new LinkedHashMap<>();
    people.forEach(
        (split, list) ->
            (list.stream().anyMatch(Person::annotated) ? counts : unannotated)
                .put(split, list.size()));
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

  /** One element a line, so that a diff or grep of the file is of use. */
  private static void writeCoco(
      Writer out, Skeleton skeleton, List<Person> people, Function<Person, JsonObject> extras)
      throws IOException {
    Map<String, Integer> ids = new LinkedHashMap<>();
    out.write("{\"images\":[");
    for (Person person : people) {
      if (ids.putIfAbsent(person.image(), ids.size() + 1) == null) {
        JsonObject image = new JsonObject();
        image.addProperty("id", ids.size());
        image.addProperty("file_name", person.image());
        image.addProperty("width", person.imageWidth());
        image.addProperty("height", person.imageHeight());
        line(out, image, ids.size() == 1);
      }
    }
    out.write("\n],\n\"annotations\":[");
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      Integer imageId = ids.get(person.image());
      JsonObject annotation = annotation(person, i + 1, imageId);
      extras.apply(person).entrySet().forEach(e -> annotation.add(e.getKey(), e.getValue()));
      line(out, annotation, i == 0);
    }
    out.write("\n],\n\"categories\":[");
    line(out, category(skeleton), true);
    out.write("\n]}\n");
  }

  private static void line(Writer out, JsonObject element, boolean first) throws IOException {
    out.write(first ? "\n" : ",\n");
    out.write(Json.compact(element));
  }

  private static JsonObject annotation(Person person, int id, @Nullable Integer imageId) {
    JsonObject annotation = new JsonObject();
    annotation.addProperty("id", id);
    annotation.addProperty("image_id", imageId);
    annotation.addProperty("category_id", 1);
    annotation.addProperty("person", person.person());
    Box box = person.box() == null ? person.extent() : person.box(); // COCO's tools want one
    annotation.add("bbox", numbers(box.x(), box.y(), box.width(), box.height()));
    annotation.add("area", Json.number(box.area(), DECIMALS));
    annotation.addProperty("iscrowd", 0);
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
    return annotation;
  }

  private static JsonObject category(Skeleton skeleton) {
    JsonObject category = new JsonObject();
    category.addProperty("id", 1);
    category.addProperty("name", "person");
    category.addProperty("supercategory", "person");
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
