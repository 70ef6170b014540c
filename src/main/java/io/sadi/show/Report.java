package io.sadi.show;

import static io.sadi.page.Page.escape;

import com.google.gson.JsonElement;
import io.sadi.config.Field;
import io.sadi.data.Crop;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainedOn;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.io.Version;
import io.sadi.io.Workers;
import io.sadi.page.Histogram;
import io.sadi.page.Page;
import io.sadi.page.PoseGallery;
import io.sadi.page.PoseGallery.GalleryPose;
import io.sadi.page.PoseGallery.Limb;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.show.ReportPeople.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The page of {@code --report}: who was found, in pictures that lie in the page, and numbers about
 * all of them. Photos are decoded once more at the end, for those who are shown.
 */
public final class Report {
  /** At most so many people are shown; the numbers are about all. */
  static final int PICTURES = 600;

  /** What their pictures may take together, in bytes of JPEG. */
  static final long BYTES = 9_000_000;

  /** Errors that are listed. */
  private static final int ERRORS = 500;

  private static final int SMALLEST = 192;
  private static final int LARGEST = 512;

  /** About what a pixel of a photo takes, in bytes. */
  private static final double BYTES_PER_PIXEL = 0.3;

  private static final int[] QUALITIES = {82, 60, 35};

  private final ModelInfo about;
  private final @Nullable Shard shard;
  private final Map<String, Path> files;
  private final int threads;
  private final ReportPeople people;

  /**
   * @param shard the part of the images that is predicted; null for all
   * @param files of the images by their names
   * @param threads that make pictures
   */
  public Report(ModelInfo about, @Nullable Shard shard, Map<String, Path> files, int threads) {
    this.about = about;
    this.shard = shard;
    this.files = files;
    this.threads = threads;
    this.people = new ReportPeople(about.joints().size(), PICTURES);
  }

  /** Takes an image's people. */
  public void add(FoundImage image) {
    people.add(image);
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @param failures inputs that could not be used
   */
  public void write(Path file, List<InputFailure> failures, Progress progress) throws IOException {
    List<GalleryPose> poses = poses(people.shown(), progress);
    AtomicFile.writeString(file, page(poses, failures).html());
  }

  // --- Pictures ---------------------------------------------------------------------------------

  private List<GalleryPose> poses(List<Shown> shown, Progress progress) throws IOException {
    long share = BYTES / Math.max(1, shown.size());
    List<GalleryPose> poses = new ArrayList<>();
    try (Workers<GalleryPose> workers = new Workers<>("sadi-report", threads);
        Progress.Work work =
            shown.size() > 1
                ? progress.start("drawing the report", shown.size(), "people")
                : Progress.Work.NONE) {
      for (Shown one : shown) {
        workers.submit(() -> pose(one, share));
        if (workers.underWay() > 2 * threads) {
          poses.add(workers.next());
          work.advance(1);
        }
      }
      while (workers.underWay() > 0) {
        poses.add(workers.next());
        work.advance(1);
      }
    }
    return poses;
  }

  private GalleryPose pose(Shown shown, long share) throws IOException {
    FoundPerson person = shown.person();
    Affine unit = person.place().crop(1).cropToImage();
    double left = unit.x(-0.5, -0.5) + 0.5; // edges of pixels, which lie half a pixel before them
    double top = unit.y(-0.5, -0.5) + 0.5;
    double side = unit.x(0.5, -0.5) + 0.5 - left;
    return new GalleryPose(
        shown.image(),
        person.place().person(),
        shown.people(),
        person.score(),
        jpeg(shown, side, share),
        left,
        top,
        side,
        person.joints().x(),
        person.joints().y(),
        person.joints().score(),
        person.joints().sigmaX(),
        person.joints().sigmaY());
  }

  /**
   * The crop of a person.
   *
   * @param share bytes that it may take
   * @return null where the photo is gone, or damaged, since it was predicted
   */
  private byte @Nullable [] jpeg(Shown shown, double side, long share) throws IOException {
    Path file = files.get(shown.image());
    if (file == null) {
      throw new IllegalArgumentException(shown.image() + " is none of the images");
    }
    int pixels = (int) Math.max(SMALLEST, Math.min(LARGEST, Math.sqrt(share / BYTES_PER_PIXEL)));
    pixels = (int) Math.max(SMALLEST / 2.0, Math.min(pixels, Math.ceil(side))); // not enlarged
    try (Image photo = Image.read(file)) {
      while (true) {
        Crop crop = shown.person().place().crop(pixels);
        try (Image picture = photo.warp(crop.cropToImage(), pixels, pixels)) {
          for (int quality : QUALITIES) {
            byte[] jpeg = picture.jpeg(quality);
            if (jpeg.length <= share || (pixels <= SMALLEST / 4 && quality == QUALITIES[2])) {
              return jpeg;
            }
          }
        }
        pixels /= 2;
      }
    } catch (BadInputException e) { // it could be read a moment ago
      return null;
    }
  }

  // --- The page ---------------------------------------------------------------------------------

  private Page page(List<GalleryPose> poses, List<InputFailure> failures) {
    Page page = new Page("sadi predict: " + count(people.people(), "person", "people"));
    head(page, failures);
    if (people.people() > 0) {
      numbers(page);
      gallery(page, poses);
    }
    errors(page, failures);
    page.add(
        "<footer>Made by sadi "
            + escape(Version.sadi())
            + " predict --report. This page needs no network and no other file; the photos in it are"
            + " the crops that the network saw.</footer>");
    return page;
  }

  private void head(Page page, List<InputFailure> failures) {
    page.add(
        "<h1>"
            + count(people.people(), "person", "people")
            + " in "
            + count(people.images(), "image", "images")
            + "</h1>\n<p class=\"lead\">"
            + escape(made())
            + "</p>");
    int joints = about.joints().size() * people.people();
    int unsure = IntStream.range(0, about.joints().size()).map(people::unsure).sum();
    String none = "–";
    page.add(
        "<div class=\"cards\">\n"
            + Page.card(
                "",
                people.people() == 0 ? none : text("%.2f", people.score()),
                "is their mean score, of 0 to 1")
            + Page.card(
                "",
                joints == 0 ? none : text("%.1f <small>%%</small>", 100.0 * unsure / joints),
                text("of the joints have a score below %.1f", SkeletonDrawing.SURE))
            + Page.card(
                failures.isEmpty() ? "" : " bad",
                text("%,d", failures.size()),
                failures.size() == 1 ? "input could not be used" : "inputs could not be used")
            + "</div>");
  }

  /** How the people were found, in a sentence. */
  private String made() {
    StringBuilder words = new StringBuilder("Found by ");
    words.append(about.model().get("file").getAsString());
    words.append(text(" (%s px, decode ", about.model().get("input").getAsString()));
    words.append(about.model().get("decode").getAsString());
    words.append(about.model().get("flip").getAsBoolean() ? ", with its mirror image)" : ")");
    if (shard != null) {
      words.append(text(" in part %d of %d of the images", shard.part(), shard.of()));
    }
    words.append('.');
    JsonElement trainedOn = about.model().get("trained_on");
    if (trainedOn != null) {
      words.append(" The network was trained on ");
      words.append(TrainedOn.from(Field.root(trainedOn, "model.trained_on"))).append('.');
    }
    return words.toString();
  }

  private void numbers(Page page) {
    boolean sigma = !Double.isNaN(people.sigma(0));
    StringBuilder table = new StringBuilder("<figure class=\"chart\"><h3>Joint by joint</h3>\n");
    table.append("<table class=\"dense\"><thead><tr><th>joint</th><th>mean score</th>");
    table.append(text("<th>below %.1f</th>", SkeletonDrawing.SURE));
    table.append(sigma ? "<th>mean σ, % of the crop</th>" : "").append("</tr></thead>\n<tbody>");
    for (int k = 0; k < about.joints().size(); k++) {
      table.append("<tr><td>").append(escape(about.joints().get(k))).append("</td>");
      table.append(text("<td>%.2f</td>", people.score(k)));
      table.append(text("<td>%.1f %%</td>", 100.0 * people.unsure(k) / people.people()));
      table.append(sigma ? text("<td>%.1f</td>", 100 * people.sigma(k)) : "").append("</tr>\n");
    }
    table.append("</tbody></table></figure>\n");
    page.add(
        "<h2>How sure the network is</h2>\n<p>A score ranks: the higher, the more often a joint is"
            + " right; it is no probability. A person’s is the mean over the joints’. "
            + (sigma
                ? "σ is the distance in x and y at which a joint is expected to lie from where it was"
                    + " found; once ‘sadi eval --calibrate’ has adjusted it, nine joints in ten lie"
                    + " within the ellipse of 2.15 σ. "
                : "This network has no SFM, so it says nothing about distances. ")
            + "All of these numbers are about everybody, shown below or not.</p>\n"
            + "<div class=\"charts fill\">\n"
            + new Histogram("Scores", "score of a person", "people", 0, 1, people.histogram())
                .html()
            + table
            + "</div>");
  }

  private void gallery(Page page, List<GalleryPose> poses) {
    Skeleton skeleton = about.skeleton();
    SkeletonDrawing drawing = new SkeletonDrawing(skeleton);
    int all = people.people();
    String which =
        poses.size() == all
            ? text("All %s.", count(all, "person", "people"))
            : text(
                "%,d of %,d people: the %,d of the lowest scores, and %,d of the others, picked by"
                    + " chance. --out holds everybody.",
                poses.size(), all, PICTURES / 2, PICTURES - PICTURES / 2);
    page.add(
        "<h2>The people</h2>\n<p>"
            + which
            + " A click makes one large; there, the wheel zooms and the arrow keys turn the page.</p>\n"
            + "<p class=\"key\">"
            + key(SkeletonDrawing.LEFT, "the person’s left")
            + key(SkeletonDrawing.RIGHT, "right")
            + key(SkeletonDrawing.MIDDLE, "middle;")
            + text(" hollow and dashed: a score below %.1f</p>", SkeletonDrawing.SURE));
    page.add(
        new PoseGallery(
                about.joints(),
                IntStream.range(0, skeleton.size()).mapToObj(drawing::colour).toList(),
                skeleton.edges().stream()
                    .map(edge -> new Limb(edge.a(), edge.b(), drawing.colour(edge)))
                    .toList(),
                poses)
            .html());
  }

  private static String key(int colour, String words) {
    return text("<i style=\"background:#%06x\"></i>%s", colour, words);
  }

  private static void errors(Page page, List<InputFailure> failures) {
    if (failures.isEmpty()) {
      return;
    }
    StringBuilder table = new StringBuilder("<h2>What could not be used</h2>\n");
    table.append("<div class=\"wide\"><table><thead><tr><th>input</th>");
    table.append("<th class=\"name\">why</th></tr></thead>\n<tbody>");
    for (InputFailure failure : failures.subList(0, Math.min(ERRORS, failures.size()))) {
      table.append("<tr><td class=\"long\">").append(escape(failure.image()));
      table.append("</td><td class=\"long\">").append(escape(failure.error()));
      table.append("</td></tr>\n");
    }
    table.append("</tbody></table></div>");
    if (failures.size() > ERRORS) {
      table.append(text("<p class=\"note\">And %,d more; ", failures.size() - ERRORS));
      table.append("--errors FILE lists all of them.</p>");
    }
    page.add(table.toString());
  }

  private static String count(int number, String one, String many) {
    return text("%,d %s", number, number == 1 ? one : many);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
