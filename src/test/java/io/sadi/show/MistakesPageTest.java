package io.sadi.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.io.Progress;
import io.sadi.testing.Browser;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that says what a network does wrong, and shows on whom. */
class MistakesPageTest {
  private static final int JOINTS = 14;
  private static final int ANKLE = 0; // lsp14: right_ankle, whose other side is 5

  @TempDir private Path folder;
  private Dataset dataset;
  private List<Person> people;
  private final List<Prediction> found = new ArrayList<>();

  @BeforeEach
  void predictTheTruth() throws IOException {
    dataset = DatasetReader.read(NoisePeople.write(folder.resolve("data")));
    people = DatasetReader.people(dataset, "val");
    for (Person person : people) {
      Prediction prediction = Prediction.empty(person.image(), person.person(), JOINTS);
      System.arraycopy(person.x(), 0, prediction.x(), 0, JOINTS);
      System.arraycopy(person.y(), 0, prediction.y(), 0, JOINTS);
      found.add(prediction);
    }
  }

  private Path page() throws IOException {
    Path file = folder.resolve("page.html");
    new MistakesPage(dataset, "val", PoseMetric.parse("pck@0.2"), "net <1>", 2)
        .write(file, people, "h1", new Predictions(found), Progress.NONE);
    return file;
  }

  /** As if a leg was taken for the other one, far enough from where it is. */
  private void invert(int i) {
    Prediction prediction = found.get(i);
    prediction.x()[ANKLE] = people.get(i).x()[5];
    prediction.y()[ANKLE] = people.get(i).y()[5];
  }

  private void miss(int i, int joint) {
    found.get(i).x()[joint] = 5000;
  }

  @Test
  void saysWhatIsWrongAndShowsOnWhom() throws IOException {
    invert(0);
    miss(1, 3);
    miss(1, 4);
    found.get(2).x()[7] = Float.NaN;
    String html = Files.readString(page());
    assertThat(html)
        .contains(
            "<h1>4 of 56 joints are wrong</h1>", "net &lt;1&gt; on noise, split val: 4 people")
        .contains("All 3 people with a wrong joint");
    String gallery = html.substring(html.indexOf("class=\"pairs\""));
    String[] pairs = gallery.split("<figure class=\"pair\"");
    assertThat(pairs).hasSize(4);
    assertThat(pairs[1]) // the most first
        .contains("data-name=\"" + people.get(1).image(), "data-wrong=\"2\"", "data-miss=\"2\"")
        .contains("12 of 14 right, 2 miss");
    assertThat(gallery)
        .contains("13 of 14 right, 1 inversion", "13 of 14 right, 1 not-found")
        .contains("--photo:url(data:image/jpeg;base64,");
    // A ring at the wrong joint, in the drawing of the prediction alone.
    assertThat(pairs[1].split("r=\"6\"", -1)).hasSize(3);
  }

  @Test
  void nothingWrongIsSaid() throws IOException {
    assertThat(page()).content().contains("0 of 56 joints are wrong", "Nobody has a wrong joint.");
  }

  @Test
  void photosThatAreGoneAreCounted() throws IOException {
    miss(1, 3);
    Files.delete(dataset.imageRoot().resolve(people.get(1).image()));
    assertThat(page())
        .content()
        .contains("1 photo could not be read", "13 of 14 right, 1 miss")
        .doesNotContain("--photo:url");
  }

  @Test
  void sortsAndFilters() throws IOException, InterruptedException {
    invert(0);
    miss(1, 3);
    miss(1, 4);
    Browser.Opened opened =
        Browser.open(
            page(),
            """
            const by = document.querySelector(".mistakes select");
            by.value = "inversion";
            by.dispatchEvent(new Event("change"));
            const shown = [...document.querySelectorAll(".pair")].filter((p) => !p.hidden);
            console.log("shown " + shown.length + " " + shown[0].dataset.name);
            """);
    assertThat(opened.console()).anyMatch(l -> l.contains("shown 1 " + people.get(0).image()));
    assertThat(opened.dom()).contains("1 of 2");
  }
}
