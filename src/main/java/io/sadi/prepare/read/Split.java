package io.sadi.prepare.read;

import io.sadi.data.DatasetReader;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which images go into which split: {@code train=1-7000}, {@code val=0.1}, or {@code official},
 * what the dataset's authors say. All people of an image go into the same split.
 */
public sealed interface Split {

  /** Images by their number in the dataset, both ends included, counted from 1. */
  record Range(String name, int from, int to) implements Split {
    @Override
    public String toString() {
      return name + "=" + from + "-" + to;
    }
  }

  /** A share of all images, drawn with the seed. */
  record Fraction(String name, double fraction) implements Split {
    @Override
    public String toString() {
      return name + "=" + fraction;
    }
  }

  /**
   * The images of a list to {@code val}; the others stay where the dataset's own split has them.
   */
  record Listed(ValList list) implements Split {
    @Override
    public String toString() {
      return "val-list=" + list.file();
    }
  }

  /** The dataset's own split. */
  record Official() implements Split {
    @Override
    public String toString() {
      return "official";
    }
  }

  /**
   * Reads what {@code --split} takes, as {@code toString} writes it; an IllegalArgumentException
   * says what was expected.
   */
  static Split parse(String text) {
    if (text.equals("official")) {
      return new Official();
    }
    int eq = text.indexOf('=');
    String name = eq < 0 ? "" : text.substring(0, eq);
    String value = text.substring(eq + 1);
    try {
      int dash = value.indexOf('-', 1);
      if (!DatasetReader.isSplitName(name)) {
        throw new NumberFormatException("no name");
      }
      if (dash > 0) {
        int from = Integer.parseInt(value.substring(0, dash));
        int to = Integer.parseInt(value.substring(dash + 1));
        if (from >= 1 && to >= from) {
          return new Range(name, from, to);
        }
      } else {
        double fraction = Double.parseDouble(value);
        if (fraction > 0 && fraction <= 1) {
          return new Fraction(name, fraction);
        }
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected(text), e);
    }
    throw new IllegalArgumentException(expected(text));
  }

  private static String expected(String text) {
    return "found '"
        + text
        + "', expected NAME=A-B (image numbers from 1), NAME=FRACTION (above 0, at most 1) or"
        + " official";
  }

  /**
   * Which split every image is in.
   *
   * @param names of the splits, in the order they were asked for
   * @param byNumber [images], image number n at n - 1; null for images in no split
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Assignment(List<String> names, @Nullable String[] byNumber) {
    /** The split of image n, counted from 0, or null. */
    public @Nullable String of(int n) {
      return byNumber[n];
    }

    /** An empty list for every split, in order. */
    public <T> Map<String, List<T>> emptyLists() {
      Map<String, List<T>> lists = new LinkedHashMap<>();
      names.forEach(name -> lists.put(name, new ArrayList<>()));
      return lists;
    }
  }

  /**
   * Puts every image into its split.
   *
   * @param requested what was asked for; empty for {@code fallback}
   * @param official what {@link Official} stands for
   * @param images the names of the dataset's images, in order
   * @throws BadInputException where ranges overlap or exceed the dataset, fractions sum to more
   *     than 1, kinds are mixed, or a list names none of the images
   */
  static Assignment assign(
      List<Split> requested,
      List<Split> fallback,
      List<Range> official,
      List<String> images,
      long seed) {
    return assign(requested, fallback, official, images, new HashSet<>(images), seed);
  }

  /**
   * Puts every image into its split. Where nothing is asked for, no split stays without people as
   * long as there are two images with some; a split that has none all the same is not there.
   *
   * @param peopled the images with people
   */
  static Assignment assign(
      List<Split> requested,
      List<Split> fallback,
      List<Range> official,
      List<String> images,
      Set<String> peopled,
      long seed) {
    List<Split> splits = requested.isEmpty() ? fallback : requested;
    List<Range> ranges = new ArrayList<>();
    List<Fraction> fractions = new ArrayList<>();
    for (Split split : splits) {
      if (split instanceof Range range) {
        ranges.add(range);
      } else if (split instanceof Fraction fraction) {
        fractions.add(fraction);
      } else if (splits.size() > 1) {
        throw new BadInputException("--split " + split + ": stands alone; remove the others");
      } else {
        Assignment own = ranges(official, images.size());
        return split instanceof Listed listed ? listed(own, listed.list, images) : own;
      }
    }
    if (!ranges.isEmpty() && !fractions.isEmpty()) {
      throw new BadInputException("--split: takes ranges or fractions, not both at once");
    }
    Assignment assignment =
        fractions.isEmpty()
            ? ranges(ranges, images.size())
            : fractions(fractions, images.size(), seed);
    return requested.isEmpty() ? withoutEmpty(assignment, images, peopled) : assignment;
  }

  private static Assignment withoutEmpty(
      Assignment assignment, List<String> images, Set<String> peopled) {
    @Nullable String[] assigned = assignment.byNumber.clone();
    Map<String, List<Integer>> numbers = assignment.emptyLists();
    for (int i = 0; i < assigned.length; i++) {
      List<Integer> split = numbers.get(String.valueOf(assigned[i]));
      if (split != null && peopled.contains(images.get(i))) {
        split.add(i);
      }
    }
    Set<String> there = new LinkedHashSet<>(assignment.names);
    for (String name : assignment.names) {
      List<Integer> own = numbers.getOrDefault(name, new ArrayList<>());
      List<Integer> largest =
          Collections.max(numbers.values(), Comparator.comparingInt(List::size));
      if (own.isEmpty() && largest.size() > 1) {
        int moved = largest.remove(largest.size() - 1);
        own.add(moved);
        assigned[moved] = name;
      } else if (own.isEmpty() && there.size() > 1) {
        there.remove(name);
        for (int i = 0; i < assigned.length; i++) {
          assigned[i] = name.equals(assigned[i]) ? there.iterator().next() : assigned[i];
        }
      }
    }
    return new Assignment(List.copyOf(there), assigned);
  }

  private static Assignment listed(Assignment own, ValList list, List<String> images) {
    @Nullable String[] assigned = own.byNumber.clone();
    for (int i = 0; i < assigned.length; i++) {
      if (list.has(images.get(i))) {
        assigned[i] = "val";
      }
    }
    list.checkFound(images);
    Set<String> names = new LinkedHashSet<>(own.names);
    names.add("val");
    names.retainAll(Arrays.asList(assigned)); // all may be on the list
    return new Assignment(List.copyOf(names), assigned);
  }

  private static Assignment ranges(List<Range> ranges, int images) {
    @Nullable String[] assigned = new String[images];
    for (Range range : ranges) {
      String where = "--split " + range;
      if (range.to > images) {
        throw BadInputException.at(
            where, "image " + range.to, "at most " + images + ", as many as there are", "");
      }
      for (int n = range.from; n <= range.to; n++) {
        if (assigned[n - 1] != null) {
          throw BadInputException.at(
              where, "image " + n + ", which is in " + assigned[n - 1], "ranges apart", "");
        }
        assigned[n - 1] = range.name;
      }
    }
    return new Assignment(ranges.stream().map(Range::name).distinct().toList(), assigned);
  }

  private static Assignment fractions(List<Fraction> fractions, int images, long seed) {
    List<String> names = fractions.stream().map(Fraction::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw BadInputException.at("--split", names.toString(), "each name once", "");
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    @Nullable String[] assigned = new String[images];
    double sum = 0;
    int from = 0;
    for (Fraction fraction : fractions) {
      sum += fraction.fraction;
      if (sum > 1 + 1e-9) {
        throw BadInputException.at("--split", "fractions that sum to " + sum, "at most 1", "");
      }
      int to = (int) Math.min(images, Math.round(sum * images));
      for (int i : order.subList(from, to)) {
        assigned[i] = fraction.name;
      }
      from = to;
    }
    return new Assignment(names, assigned);
  }
}
