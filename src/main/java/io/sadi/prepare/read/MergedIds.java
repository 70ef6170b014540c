package io.sadi.prepare.read;

import io.sadi.data.CocoCategory;
import io.sadi.data.CocoFile;
import io.sadi.data.CocoId;
import io.sadi.data.CocoIds;
import io.sadi.data.CocoImage;
import io.sadi.data.CocoSource;
import io.sadi.data.Person;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ids for several COCO files that become one. Those of the first file stay; what another file calls
 * by an id that is in use gets a new one. Categories are one where id and name agree.
 */
public final class MergedIds {
  private final Map<String, CocoIds> images = new HashMap<>();
  private final Map<String, CocoIds> annotations = new HashMap<>();

  /** Of all splits: each file has all categories. */
  private final Map<CocoId, String> categories = new LinkedHashMap<>();

  /**
   * What one file's ids become.
   *
   * @param images ids that are new, by what they were
   * @param annotations ids that are new, by what they were
   * @param categories that are new, by what they were
   */
  public record Renumbering(
      Map<CocoId, CocoId> images,
      Map<CocoId, CocoId> annotations,
      Map<CocoCategory, CocoCategory> categories) {

    public boolean isEmpty() {
      return images.isEmpty() && annotations.isEmpty() && categories.isEmpty();
    }

    public @Nullable CocoId image(@Nullable CocoId id) {
      return id == null ? null : images.getOrDefault(id, id);
    }

    public Person apply(Person person) {
      CocoSource source = person.source();
      return source == null
          ? person
          : person.withSource(
              source.withIds(
                  image(source.image()),
                  annotations.getOrDefault(source.annotation(), source.annotation()),
                  categories.getOrDefault(source.category(), source.category())));
    }

    /** For a person: {@code 3 images and 5 annotations have ids that ...}. */
    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      add(parts, images.size(), "image");
      add(parts, annotations.size(), "annotation");
      int n = categories.size();
      if (n > 0) {
        parts.add(n + (n == 1 ? " category" : " categories"));
      }
      return String.join(", ", parts) + " with ids that are in use before; renumbered";
    }

    private static void add(List<String> parts, int n, String what) {
      if (n > 0) {
        parts.add(n + " " + what + (n == 1 ? "" : "s"));
      }
    }
  }

  /** Takes a file's ids into use in a split. */
  public Renumbering of(String split, CocoFile file) {
    Set<CocoId> imageIds = new HashSet<>();
    List<CocoId> ids = new ArrayList<>();
    for (CocoImage image : file.images()) {
      CocoId id = image.id();
      if (id != null && imageIds.add(id)) {
        ids.add(id);
      }
    }
    List<CocoId> annotationIds = new ArrayList<>();
    Map<CocoCategory, CocoCategory> renamed = new LinkedHashMap<>();
    for (Person person : file.everybody()) {
      CocoSource source = Objects.requireNonNull(person.source());
      annotationIds.add(source.annotation());
      CocoCategory category = category(source.category());
      if (!category.equals(source.category())) {
        renamed.put(source.category(), category);
      }
    }
    return new Renumbering(
        renumbered(images.computeIfAbsent(split, name -> new CocoIds()), ids),
        renumbered(annotations.computeIfAbsent(split, name -> new CocoIds()), annotationIds),
        renamed);
  }

  private CocoCategory category(CocoCategory category) {
    String name = categories.putIfAbsent(category.id(), category.name());
    if (name == null || name.equals(category.name())) {
      return category;
    }
    CocoIds used = new CocoIds();
    for (Map.Entry<CocoId, String> other : categories.entrySet()) {
      if (other.getValue().equals(category.name())) {
        return new CocoCategory(other.getKey(), category.name());
      }
      used.add(other.getKey());
    }
    CocoCategory fresh = new CocoCategory(used.next(), category.name());
    categories.put(fresh.id(), fresh.name());
    return fresh;
  }

  private static Map<CocoId, CocoId> renumbered(CocoIds used, List<CocoId> ids) {
    List<CocoId> again = new ArrayList<>();
    for (CocoId id : ids) {
      if (!used.add(id)) {
        again.add(id);
      }
    }
    Map<CocoId, CocoId> renumbered = new HashMap<>();
    again.forEach(id -> renumbered.put(id, used.next()));
    return renumbered;
  }
}
