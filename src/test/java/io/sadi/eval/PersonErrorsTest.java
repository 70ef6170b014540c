package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A report that is made from files must say what was measured. */
class PersonErrorsTest {
  private static final Skeleton LSP = Skeleton.lsp14();

  @TempDir private Path folder;

  @Test
  void whatIsReadGivesThePercentagesThatWereMeasured() throws IOException {
    Random random = new Random(1);
    List<Person> people = People.random(LSP, 40, random);
    people.get(0).visibility()[LSP.index("left_hip")] = Person.NOT_ANNOTATED;
    people.get(1).visibility()[LSP.index("right_hip")] = Person.NOT_ANNOTATED; // no torso
    Map<String, Predictions> predicted = new LinkedHashMap<>();
    for (String decode : List.of("fused", "h1")) {
      Predictions of = new Predictions();
      for (Person person : people.subList(0, 38)) { // two without a prediction
        of.add(People.moved(person, LSP, ReferenceLength.TORSO, 0.4 * random.nextDouble(), 0));
      }
      predicted.put(decode, of);
    }
    PoseMetric metric = PoseMetric.parse("pck@0.2");
    PersonErrors measured =
        PersonErrors.of(People.dataset(LSP, Metric.PCK_02), people, predicted, metric);
    Path file = folder.resolve("errors.csv");
    measured.write(file);
    PersonErrors read = PersonErrors.read(file);

    assertThat(read.joints()).isEqualTo(LSP.joints());
    assertThat(read.people()).isEqualTo(measured.people()).hasSize(40);
    assertThat(read.first()).isEqualTo("fused");
    for (String decode : List.of("fused", "h1")) {
      MetricResult direct =
          MetricResult.of(
              metric,
              decode,
              LSP,
              people,
              predicted.getOrDefault(decode, new Predictions()),
              false);
      Summary<Double> again = read.tally(decode, metric).percentages();
      assertThat(again.meanJointWeighted()).isCloseTo(direct.meanJointWeighted(), within(1e-9));
      assertThat(again.joints()).isEqualTo(direct.joints());
    }
    assertThat(Files.readString(file)).contains("inf,inf").contains(",,,");
    // The first two lack a hip or, without a torso, everything; the last two a prediction.
    assertThat(read.right(read.people().get(0), metric).counted()).isEqualTo(13);
    assertThat(read.right(read.people().get(1), metric)).isEqualTo(new PersonErrors.Right(0, 0));
    assertThat(read.right(read.people().get(39), metric)).isEqualTo(new PersonErrors.Right(0, 14));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image,person,decode,wrist|no rows|a row",
        "image,person,decode,wrist;a,0,h1,x|errors.csv:2: column wrist: found 'x'|a finite number",
        "image,person,decode,wrist;a,0,h1,1;a,0,h1,1|errors.csv:3|a second row",
        "image,person,decode,wrist;a,0,h1,1;b,0,mu,1|decode mu: found other people|first decode",
        "image,decode,wrist;a,h1,1|no column person|one",
      })
  void whatIsWrongIsNamed(String text, String found, String expected) throws IOException {
    Path file = folder.resolve("errors.csv");
    Files.writeString(file, text.replace(';', '\n') + "\n");
    assertThatThrownBy(() -> PersonErrors.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }
}
