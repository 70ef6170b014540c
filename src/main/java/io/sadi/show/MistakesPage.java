package io.sadi.show;

import static io.sadi.page.Page.escape;

import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.eval.ErrorKinds;
import io.sadi.eval.ErrorKinds.ErrorKind;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Version;
import io.sadi.io.Workers;
import io.sadi.page.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page of {@code sadi eval --report}: what kinds of errors a network makes, and the people with
 * the most of them, truth beside prediction.
 *
 * @param dataset whose photos are shown
 * @param split of the people
 * @param metric one with a threshold
 * @param network what predicted, in words
 * @param threads that make pictures
 */
public record MistakesPage(
    Dataset dataset, String split, PoseMetric metric, String network, int threads) {
  /** At most so many people are shown; the numbers are about all. */
  static final int SHOWN = 200;

  /** Side of the pictures, and of the drawings over them, in pixels. */
  private static final int SIDE = 256;

  private static final int QUALITY = 75;

  /** Kinds that are wrong, as columns: the most telling first. */
  private static final List<ErrorKind> WRONG =
      List.of(
          ErrorKind.INVERSION,
          ErrorKind.SWAP,
          ErrorKind.JITTER,
          ErrorKind.MISS,
          ErrorKind.NOT_FOUND);

  private static final Map<ErrorKind, String> MEANING =
      Map.of(
          ErrorKind.INVERSION, "at the same person’s other side",
          ErrorKind.SWAP, "at another person’s joint",
          ErrorKind.JITTER, "within twice the threshold",
          ErrorKind.MISS, "anywhere else",
          ErrorKind.NOT_FOUND, "no place predicted");

  /** As {@link SkeletonDrawing}'s, for everybody to tell apart; none is a side's. */
  private static final Map<ErrorKind, String> COLOUR =
      Map.of(
          ErrorKind.INVERSION, "#e6399b",
          ErrorKind.SWAP, "#f0e442",
          ErrorKind.JITTER, "#ffffff",
          ErrorKind.MISS, "#ff3b30",
          ErrorKind.NOT_FOUND, "#9a9a9a");

  /**
   * A person with what is wrong.
   *
   * @param error mean distance of the joints that count, in the metric's lengths
   */
  private record Mistaken(
      Person person,
      @Nullable Prediction found,
      Map<Integer, ErrorKind> joints,
      Map<ErrorKind, Integer> counts,
      double error) {
    int wrong() {
      return joints.size() - counts.getOrDefault(ErrorKind.RIGHT, 0);
    }
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @param people everybody who is measured
   * @param decode which answer of the network
   * @param predictions in that decode
   */
  public void write(
      Path file, List<Person> people, String decode, Predictions predictions, Progress progress)
      throws IOException {
    List<Mistaken> all = mistaken(people, predictions);
    List<Mistaken> worst =
        all.stream()
            .filter(one -> one.wrong() > 0)
            .sorted(
                Comparator.comparingInt(Mistaken::wrong)
                    .thenComparingDouble(Mistaken::error)
                    .reversed())
            .limit(SHOWN)
            .toList();
    Page page = new Page("sadi eval: what is wrong");
    head(page, all, people.size() - all.size(), decode);
    table(page, all);
    gallery(page, worst, all.stream().filter(one -> one.wrong() > 0).count(), progress);
    page.add(
        "<footer>Made by sadi "
            + escape(Version.sadi())
            + " eval --report. This page needs no network and no other file.</footer>");
    AtomicFile.writeString(file, page.html());
  }

  private List<Mistaken> mistaken(List<Person> people, Predictions predictions) {
    List<Map<Integer, ErrorKind>> kinds =
        ErrorKinds.ofEach(metric, people, predictions, dataset.skeleton());
    List<Mistaken> all = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      Map<Integer, ErrorKind> joints = kinds.get(i);
      if (joints.isEmpty()) {
        continue; // does not count
      }
      Map<ErrorKind, Integer> counts = new EnumMap<>(ErrorKind.class);
      joints.values().forEach(kind -> counts.merge(kind, 1, Integer::sum));
      Prediction found = predictions.of(person);
      double length = metric.reference().of(person, dataset.skeleton());
      double error =
          found == null
              ? Double.POSITIVE_INFINITY
              : joints.keySet().stream()
                  .mapToDouble(
                      k ->
                          Math.hypot(
                              (double) found.x()[k] - person.x()[k],
                              (double) found.y()[k] - person.y()[k]))
                  .filter(Double::isFinite)
                  .average()
                  .orElse(Double.POSITIVE_INFINITY);
      all.add(new Mistaken(person, found, joints, counts, error / length));
    }
    return all;
  }

  private void head(Page page, List<Mistaken> all, int unmeasured, String decode) {
    int joints = all.stream().mapToInt(one -> one.joints().size()).sum();
    int wrong = all.stream().mapToInt(Mistaken::wrong).sum();
    long faultless = all.stream().filter(one -> one.wrong() == 0).count();
    Map<ErrorKind, Integer> sums = sums(all);
    ErrorKind first =
        WRONG.stream()
            .max(Comparator.comparingInt(kind -> sums.getOrDefault(kind, 0)))
            .orElseThrow();
    page.add(
        text("<h1>%,d of %,d joints are wrong</h1>\n<p class=\"lead\">", wrong, joints)
            + escape(
                text(
                    "%s on %s, split %s: %,d people, decode %s. A joint is wrong beyond the threshold"
                        + " of %s.",
                    network, dataset.name(), split, all.size(), decode, metric.label()))
            + (unmeasured == 0
                ? ""
                : text(
                    " %,d more people lack the joints that it measures by, and are left out.",
                    unmeasured))
            + "</p>");
    page.add(
        "<div class=\"cards\">\n"
            + Page.card(
                "",
                text("%.1f <small>%%</small>", 100.0 * wrong / joints),
                "of the joints are wrong")
            + Page.card(
                "", text("%,d", faultless), text("of %,d people have no wrong joint", all.size()))
            + Page.card(
                "",
                wrong == 0
                    ? "–"
                    : text("%.0f <small>%%</small>", 100.0 * sums.getOrDefault(first, 0) / wrong),
                "of the wrong joints are of the kind " + first + ", the most frequent")
            + "</div>");
  }

  private static Map<ErrorKind, Integer> sums(List<Mistaken> all) {
    Map<ErrorKind, Integer> sums = new EnumMap<>(ErrorKind.class);
    all.forEach(one -> one.counts().forEach((kind, n) -> sums.merge(kind, n, Integer::sum)));
    return sums;
  }

  /** Joint by joint; each cell a percentage of the joints that count. */
  private void table(Page page, List<Mistaken> all) {
    Skeleton skeleton = dataset.skeleton();
    StringBuilder table = new StringBuilder("<h2>Joint by joint</h2>\n");
    table.append("<p>Percentages of all annotated joints of a name. A joint is of the first kind");
    table.append(" that it fits; an inversion or a swap is nearer to the other joint than to its");
    table.append(" own (Ronchi and Perona, ICCV 2017).</p>\n");
    table.append("<div class=\"wide\"><table class=\"dense\"><thead><tr><th>joint</th>");
    table.append("<th>joints</th><th>right</th>");
    for (ErrorKind kind : WRONG) {
      table.append(text("<th>%s<br><small>%s</small></th>", kind, MEANING.get(kind)));
    }
    table.append("</tr></thead>\n<tbody>");
    for (int k = 0; k < skeleton.size(); k++) {
      Map<ErrorKind, Integer> counts = new EnumMap<>(ErrorKind.class);
      for (Mistaken one : all) {
        ErrorKind kind = one.joints().get(k);
        if (kind != null) {
          counts.merge(kind, 1, Integer::sum);
        }
      }
      row(table, escape(skeleton.joints().get(k)), counts);
    }
    row(table, "<b>all</b>", sums(all));
    page.add(table.append("</tbody></table></div>").toString());
  }

  private static void row(StringBuilder table, String name, Map<ErrorKind, Integer> counts) {
    int counted = counts.values().stream().mapToInt(Integer::intValue).sum();
    table.append("<tr><td>").append(name).append(text("</td><td>%,d</td>", counted));
    List<ErrorKind> columns = new ArrayList<>(List.of(ErrorKind.RIGHT));
    columns.addAll(WRONG);
    for (ErrorKind kind : columns) {
      table.append(
          counted == 0
              ? "<td>–</td>"
              : text("<td>%.1f</td>", 100.0 * counts.getOrDefault(kind, 0) / counted));
    }
    table.append("</tr>\n");
  }

  private void gallery(Page page, List<Mistaken> worst, long mistaken, Progress progress)
      throws IOException {
    if (worst.isEmpty()) {
      page.add("<h2>The people</h2>\n<p>Nobody has a wrong joint.</p>");
      return;
    }
    String which =
        worst.size() == mistaken
            ? text("All %,d people with a wrong joint", mistaken)
            : text(
                "%,d of the %,d people with a wrong joint: those with the most",
                worst.size(), mistaken);
    page.add(
        "<h2>The people</h2>\n<p>"
            + which
            + ". Left the annotation, right the prediction. A ring is a wrong joint, in the colour of"
            + " its kind; a thin line leads to where it should be.</p>\n<p class=\"key\">"
            + WRONG.stream()
                .map(
                    kind ->
                        text(
                            "<i style=\"background:%s;outline:1px solid var(--faint)\"></i>%s",
                            COLOUR.get(kind), kind))
                .collect(Collectors.joining())
            + "</p>");
    StringBuilder html = new StringBuilder("<div class=\"mistakes\">\n<div class=\"controls\">");
    html.append("<label>most <select><option value=\"wrong\">wrong joints</option>");
    html.append("<option value=\"error\">mean error</option>");
    WRONG.forEach(kind -> html.append(text("<option value=\"%1$s\">%1$s</option>", kind)));
    html.append("</select> first</label>");
    html.append("<label>name <input type=\"search\"></label><output></output></div>\n");
    html.append("<div class=\"pairs\">\n");
    int unreadable = 0;
    try (Workers<byte[]> workers = new Workers<>("sadi-report", threads);
        Progress.Work work = progress.start("drawing the report", worst.size(), "people")) {
      int submitted = 0;
      for (Mistaken one : worst) {
        while (submitted < worst.size() && workers.underWay() < 2 * threads) {
          Person next = worst.get(submitted++).person();
          workers.submit(() -> photo(next));
        }
        byte[] jpeg = workers.next();
        unreadable += jpeg.length == 0 ? 1 : 0;
        html.append(pair(one, jpeg));
        work.advance(1);
      }
    }
    page.add(html.append("</div>\n</div>").toString());
    if (unreadable > 0) {
      page.add(
          text(
              "<p class=\"note\">%,d %s could not be read, below %s.</p>",
              unreadable,
              unreadable == 1 ? "photo" : "photos",
              escape(String.valueOf(dataset.imageRoot()))));
    }
  }

  /** The person's crop as JPEG; empty where the photo cannot be read. */
  private byte[] photo(Person person) throws IOException {
    Path file = dataset.imageRoot().resolve(person.image());
    Crop crop = Crop.of(person, SIDE);
    try (Image photo = Image.read(file);
        Image picture = photo.warp(crop.cropToImage(), SIDE, SIDE)) {
      return picture.jpeg(QUALITY);
    } catch (BadInputException e) {
      return new byte[0];
    }
  }

  private String pair(Mistaken one, byte[] jpeg) {
    StringBuilder html = new StringBuilder("<figure class=\"pair\" data-name=\"");
    html.append(escape(one.person().image()));
    html.append(text("\" data-wrong=\"%d\" data-error=\"%.4f\"", one.wrong(), finite(one.error())));
    WRONG.forEach(
        kind -> html.append(text(" data-%s=\"%d\"", kind, one.counts().getOrDefault(kind, 0))));
    if (jpeg.length > 0) {
      html.append(" style=\"--photo:url(data:image/jpeg;base64,");
      html.append(Base64.getEncoder().encodeToString(jpeg)).append(")\"");
    }
    html.append(">\n");
    Affine toCrop = Crop.of(one.person(), SIDE).imageToCrop();
    Prediction truth = SkeletonDrawing.annotated(one.person());
    html.append(drawing("annotated", truth, one, toCrop, false));
    Prediction found = one.found();
    html.append(
        found == null
            ? drawing("nothing predicted", null, one, toCrop, false)
            : drawing("predicted", found, one, toCrop, true));
    html.append("<figcaption><span>").append(escape(one.person().image()));
    html.append(one.person().person() > 0 ? text(" #%d", one.person().person()) : "");
    html.append(
        text("</span> <b>%d of %d right", one.joints().size() - one.wrong(), one.joints().size()));
    for (ErrorKind kind : WRONG) {
      int n = one.counts().getOrDefault(kind, 0);
      html.append(n == 0 ? "" : text(", %d %s", n, kind));
    }
    return html.append("</b></figcaption></figure>\n").toString();
  }

  /** A person over the photo; {@code found} marks what is wrong. */
  private String drawing(
      String label, @Nullable Prediction pose, Mistaken one, Affine toCrop, boolean found) {
    StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 ");
    svg.append(SIDE).append(' ').append(SIDE).append("\" role=\"img\" aria-label=\"");
    svg.append(label).append("\">");
    if (pose != null) {
      SkeletonDrawing colours = new SkeletonDrawing(dataset.skeleton());
      for (Pair edge : dataset.skeleton().edges()) {
        svg.append(
            line(toCrop, pose, edge.a(), pose, edge.b(), text("#%06x", colours.colour(edge)), 2.5));
      }
      Prediction truth = SkeletonDrawing.annotated(one.person());
      for (int k = 0; k < dataset.skeleton().size(); k++) {
        ErrorKind kind = one.joints().get(k);
        if (found && kind != null && kind != ErrorKind.RIGHT) {
          svg.append(line(toCrop, pose, k, truth, k, COLOUR.getOrDefault(kind, ""), 1));
        }
      }
      for (int k = 0; k < dataset.skeleton().size(); k++) {
        ErrorKind kind = one.joints().get(k);
        boolean wrong = found && kind != null && kind != ErrorKind.RIGHT;
        svg.append(
            dot(
                toCrop,
                pose,
                k,
                text("#%06x", colours.colour(k)),
                wrong ? COLOUR.getOrDefault(kind, "") : ""));
      }
    }
    return svg.append("</svg>").toString();
  }

  private static String line(
      Affine toCrop, Prediction from, int a, Prediction to, int b, String colour, double width) {
    double x1 = toCrop.x(from.x()[a], from.y()[a]) + 0.5;
    double y1 = toCrop.y(from.x()[a], from.y()[a]) + 0.5;
    double x2 = toCrop.x(to.x()[b], to.y()[b]) + 0.5;
    double y2 = toCrop.y(to.x()[b], to.y()[b]) + 0.5;
    return Double.isFinite(x1 + y1 + x2 + y2)
        ? text(
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
                + " stroke-width=\"%.1f\"/>",
            x1, y1, x2, y2, colour, width)
        : "";
  }

  private static String dot(Affine toCrop, Prediction pose, int k, String colour, String ring) {
    double x = toCrop.x(pose.x()[k], pose.y()[k]) + 0.5;
    double y = toCrop.y(pose.x()[k], pose.y()[k]) + 0.5;
    if (!Double.isFinite(x + y)) {
      return "";
    }
    return ring.isEmpty()
        ? text("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, colour)
        : text(
            "<circle cx=\"%1$.1f\" cy=\"%2$.1f\" r=\"6\" fill=\"none\" stroke=\"%4$s\""
                + " stroke-width=\"2.5\"/><circle cx=\"%1$.1f\" cy=\"%2$.1f\" r=\"3\""
                + " fill=\"%3$s\"/>",
            x, y, colour, ring);
  }

  /** A number that sorts: nobody found is worse than anything. */
  private static double finite(double error) {
    return Double.isFinite(error) ? error : 1e6;
  }

  private static String text(String format, @Nullable Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
