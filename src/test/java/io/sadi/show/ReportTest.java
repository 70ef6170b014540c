package io.sadi.show;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.Progress;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.testing.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that shows what was found: to whom, in which order, and how large it gets. */
class ReportTest {
  private static final Skeleton SKELETON = Skeleton.lsp14();

  @TempDir private Path folder;
  private Path page;
  private final Map<String, Path> files = new HashMap<>();

  @BeforeEach
  void namePage() {
    page = folder.resolve("page.html");
  }

  private Path photo(String name, int width, int height) throws IOException {
    byte[] pixels = new byte[width * height * 3];
    new Random(width).nextBytes(pixels);
    Path file = folder.resolve(files.size() + ".png");
    try (Image image = Image.of(pixels, width, height)) {
      image.writePng(file);
    }
    files.put(name, file);
    return file;
  }

  private static FoundPerson person(int number, float score, float sigma) {
    int joints = SKELETON.size();
    Prediction found = Prediction.empty("x", number, joints);
    for (int k = 0; k < joints; k++) {
      found.x()[k] = 20 + k;
      found.y()[k] = 30 + 2 * k;
    }
    Arrays.fill(found.score(), score);
    Arrays.fill(found.sigmaX(), sigma);
    Arrays.fill(found.sigmaY(), 2 * sigma);
    return new FoundPerson(PersonBox.of(number, new Box(10, 20, 40, 60)), found, null);
  }

  private static FoundImage image(String name, FoundPerson... people) {
    return new FoundImage(name, 100, 120, List.of(people));
  }

  private Report report() {
    JsonObject model = new JsonObject();
    model.addProperty("file", "<best>.safetensors");
    model.addProperty("input", 128);
    model.addProperty("decode", "fused");
    model.addProperty("flip", false);
    return new Report(new ModelInfo(model, SKELETON), null, files, 2);
  }

  private String write(Report report, InputFailure... failures) throws IOException {
    report.write(page, List.of(failures), Progress.NONE);
    return Files.readString(page);
  }

  /** A page of three people whose scores are 0.2, 0.6 and 0.9. */
  private void threePeople(InputFailure... failures) throws IOException {
    Report report = report();
    photo("b </script><b>.png", 100, 120);
    photo("a.png", 100, 120);
    report.add(image("b </script><b>.png", person(0, 0.9f, 3), person(1, 0.2f, 1)));
    report.add(image("a.png", person(0, 0.6f, 2)));
    write(report, failures);
  }

  /** Names of the tiles that are seen, in their order, as the body's data-names. */
  private static final String NAMES =
      """
      const set = (name, value) => {
        const control = document.querySelector(`[name="${name}"]`);
        control.value = value;
        control.dispatchEvent(new Event("input"));
      };
      const seen = () => [...document.querySelectorAll(".tile")].filter((t) => !t.hidden)
        .map((t) => t.querySelector("b").textContent).join(" ");
      const say = (key, value) => document.body.setAttribute("data-" + key, value);
      """;

  private static String said(Browser.Opened opened, String key) {
    Matcher matcher = Pattern.compile("data-" + key + "=\"([^\"]*)\"").matcher(opened.dom());
    assertThat(matcher.find()).as(key).isTrue();
    return matcher.group(1);
  }

  @Test
  void peopleAreSortedAndFilteredByWhatTheReaderChooses() throws Exception {
    threePeople();
    Browser.Opened opened =
        Browser.open(
            page,
            NAMES
                + """
                say("first", seen());
                set("sort", "most"); say("most", seen());
                set("sort", "spread"); say("spread", seen());
                set("sort", "name"); say("name", seen());
                set("sort", "input"); say("input", seen());
                set("from", "0.3"); say("from", seen());
                set("to", "0.6"); say("to", seen());
                say("count", document.querySelector("output.count").textContent);
                set("from", "0"); set("to", "1"); set("find", " A.PNG"); say("find", seen());
                set("find", "nobody"); say("nobody", seen() + document.querySelector(".tiles").className);
                """);
    assertThat(opened.console()).isEmpty();
    assertThat(said(opened, "first")).as("least sure first").isEqualTo("0.20 0.60 0.90");
    assertThat(said(opened, "most")).isEqualTo("0.90 0.60 0.20");
    assertThat(said(opened, "spread")).isEqualTo("0.90 0.60 0.20");
    assertThat(said(opened, "name")).isEqualTo("0.60 0.90 0.20");
    assertThat(said(opened, "input")).isEqualTo("0.90 0.20 0.60");
    assertThat(said(opened, "from")).isEqualTo("0.90 0.60");
    assertThat(said(opened, "to")).isEqualTo("0.60");
    assertThat(said(opened, "count")).isEqualTo("1 of 3 pictures");
    assertThat(said(opened, "find")).isEqualTo("0.60");
    assertThat(said(opened, "nobody")).isEqualTo("tiles empty");
    assertThat(opened.dom())
        .doesNotContain("<b>.png")
        .contains("b &lt;/script&gt;&lt;b&gt;.png #1");
  }

  /** The crop is 75 pixels a side, around (30, 50): its edges are at -7 and 13. */
  @Test
  void jointsAndEllipsesLieWhereTheyWereFound() throws Exception {
    threePeople();
    Browser.Opened opened =
        Browser.open(
            page,
            NAMES
                + """
                const at = (mark, ...names) => names.map((n) => Number(mark.getAttribute(n)).toFixed(2)).join(" ");
                set("sort", "most");
                const svg = document.querySelector(".tile svg");
                say("view", svg.getAttribute("viewBox"));
                say("dot", at(svg.querySelector("circle[data-joint='3']"), "cx", "cy"));
                say("one", at(svg.querySelector("ellipse[data-joint='3']"), "cx", "cy", "rx", "ry"));
                set("ellipses", "2.15");
                say("ninety", at(svg.querySelector("ellipse[data-joint='3']"), "rx", "ry"));
                set("ellipses", "0");
                say("none", at(svg.querySelector("ellipse[data-joint='3']"), "rx", "ry"));
                const box = document.querySelector("[name='skeleton']");
                box.click();
                say("bare", getComputedStyle(svg.querySelector(".dots")).display);
                box.click();
                say("dressed", getComputedStyle(svg.querySelector(".dots")).display);
                svg.querySelector("circle[data-joint='3']")
                  .dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 9, clientY: 9 }));
                say("tip", document.querySelector(".tip").textContent);
                """);
    assertThat(opened.console()).isEmpty();
    assertThat(said(opened, "view")).isEqualTo("0 0 75 75");
    assertThat(said(opened, "dot")).isEqualTo("30.50 23.50");
    assertThat(said(opened, "one")).isEqualTo("30.50 23.50 3.00 6.00");
    assertThat(said(opened, "ninety")).isEqualTo("6.45 12.90");
    assertThat(said(opened, "none")).isEqualTo("0.00 0.00");
    assertThat(said(opened, "bare")).isEqualTo("none");
    assertThat(said(opened, "dressed")).isEqualTo("inline");
    assertThat(said(opened, "tip"))
        .isEqualTo(SKELETON.joints().get(3) + ": score 0.90, σ 3.0 × 6.0 px");
  }

  @Test
  void aClickMakesAPersonLargeAndTheWheelEnlarges() throws Exception {
    threePeople();
    Browser.Opened opened =
        Browser.open(
            page,
            NAMES
                + """
                document.querySelector(".tile").click();
                const dialog = document.querySelector("dialog");
                const large = () => dialog.querySelector(".stage svg");
                say("open", dialog.open + " " + dialog.querySelector("h3").textContent);
                say("rows", dialog.querySelectorAll("tbody tr").length);
                say("row", [...dialog.querySelectorAll("tbody tr:nth-child(4) td")].map((c) => c.textContent).join(" "));
                dialog.querySelector("[value='closer']").click();
                say("closer", large().getAttribute("viewBox").split(" ").map((v) => Number(v).toFixed(1)).join(" "));
                const stage = dialog.querySelector(".stage");
                for (let i = 0; i < 9; i++) stage.dispatchEvent(new WheelEvent("wheel", { deltaY: 500, cancelable: true }));
                say("whole", large().getAttribute("viewBox"));
                dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
                say("next", dialog.querySelector("h3").textContent);
                dialog.querySelector("[value='close']").click();
                say("closed", dialog.open);
                """);
    assertThat(opened.console()).isEmpty();
    assertThat(said(opened, "open")).isEqualTo("true b &lt;/script&gt;&lt;b&gt;.png #1");
    assertThat(said(opened, "rows")).isEqualTo(String.valueOf(SKELETON.size()));
    assertThat(said(opened, "row")).isEqualTo(SKELETON.joints().get(3) + " 0.20 23.0 36.0 1.0 2.0");
    assertThat(said(opened, "closer")).isEqualTo("14.1 14.1 46.9 46.9");
    assertThat(said(opened, "whole")).isEqualTo("0 0 75 75");
    assertThat(said(opened, "next")).isEqualTo("a.png");
    assertThat(said(opened, "closed")).isEqualTo("false");
  }

  @Test
  void whatCouldNotBeUsedIsListed() throws Exception {
    threePeople(new InputFailure("c <i>.jpg", "no such file"), new InputFailure("d.jpg", "<u>"));
    String html = Files.readString(page);
    assertThat(html)
        .contains("<b>2</b><span>inputs could not be used", "3 people in 2 images")
        .contains("c &lt;i&gt;.jpg", "no such file", "&lt;u&gt;", "&lt;best&gt;.safetensors")
        .doesNotContainPattern("(src|href)=\"(?!data:)");
    assertThat(Browser.open(page).console()).isEmpty();
  }

  /** A photo that was there a moment ago is no reason to lose the page. */
  @Test
  void aPhotoThatIsGoneLeavesItsJoints() throws Exception {
    Report report = report();
    Files.delete(photo("gone.png", 100, 120));
    report.add(image("gone.png", person(0, 0.5f, 1)));
    write(report);
    Browser.Opened opened = Browser.open(page);
    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom()).contains("class=\"lost\"").doesNotContain("<image");
  }

  @Test
  void aNetworkWithoutSigmaOffersNoEllipses() throws Exception {
    Report report = report();
    photo("a.png", 100, 120);
    report.add(image("a.png", person(0, 0.5f, Float.NaN)));
    assertThat(write(report)).doesNotContain("name=\"ellipses\"").contains("no SFM");
    Browser.Opened opened = Browser.open(page);
    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom()).contains("<circle").doesNotContain("<ellipse");
  }

  @Test
  void nobodyFoundIsAPageToo() throws Exception {
    Report report = report();
    report.add(image("empty.png"));
    write(report, new InputFailure("x.png", "damaged"));
    Browser.Opened opened = Browser.open(page);
    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom()).contains("0 people in 1 image", "damaged");
  }

  /** Noise does not compress: the worst a camera can do. */
  @Test
  void thousandsOfPeopleFitIntoAMailAndThePageSaysWhoIsShown() throws Exception {
    Report report = report();
    Path noise = photo("noise.png", 300, 300);
    int all = 4000;
    for (int i = 0; i < all; i++) {
      FoundPerson one = person(0, (i * 7 % all) / (float) all, 1);
      FoundPerson large =
          new FoundPerson(PersonBox.of(0, new Box(20, 20, 230, 230)), one.joints(), null);
      files.put(i + ".png", noise);
      report.add(image(i + ".png", large));
    }
    String html = write(report);
    assertThat(html)
        .contains("600 of 4,000 people: the 300 of the lowest scores, and 300 of the others");
    assertThat(html.length()).isBetween(2_000_000, (int) (Report.BYTES * 4 / 3) + 1_500_000);
    Browser.Opened opened =
        Browser.open(
            page,
            NAMES
                + """
                set("sort", "least");
                const scores = seen().split(" ").map(Number);
                say("few", scores.length + " " + scores[0] + " " + scores[299]);
                say("many", scores.slice(300).filter((s) => s > 0.5).length);
                """);
    assertThat(opened.console()).isEmpty();
    assertThat(said(opened, "few")).isEqualTo("600 0 0.07");
    assertThat(Integer.parseInt(said(opened, "many"))).as("about half of 300").isBetween(110, 220);
  }

  /** The same people, whether they came at once or in pieces. */
  @Test
  void whoIsShownDoesNotDependOnAnythingButWhoWasFound() {
    ReportPeople few = new ReportPeople(SKELETON.size(), 10);
    ReportPeople many = new ReportPeople(SKELETON.size(), 10);
    for (int i = 0; i < 100; i++) {
      FoundImage one = image("image" + i, person(0, (i * 37 % 100) / 100f, 1));
      few.add(one);
      many.add(one);
    }
    assertThat(few.shown()).hasSize(10).isEqualTo(many.shown());
    assertThat(few.shown().stream().filter(shown -> shown.person().score() < 0.045)).hasSize(5);
    assertThat(few.people()).isEqualTo(100);
    assertThat(few.score()).isBetween(0.49, 0.50);
    assertThat(few.histogram()).hasSize(20).allMatch(bar -> bar >= 4 && bar <= 6);
  }
}
