package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whoever goes on with other people than before must be told. */
class TrainedOnTest {
  private static final Skeleton TWO = new Skeleton(List.of("a", "b"), List.of(), List.of());

  private static Person person(float x, int visibility) {
    return new Person(
        "é/1.jpg",
        0,
        640,
        480,
        new float[] {x, 7},
        new float[] {3, 4},
        new byte[] {2, (byte) visibility},
        new Box(1, 2, 30, 40),
        16,
        22,
        0.25,
        9.5,
        null);
  }

  private static String sum(Person... people) {
    return Fingerprint.of("train", List.of(people), TWO).sha256();
  }

  /** Written down, so that it is the same with every Java and in a year. */
  @Test
  void fingerprintStaysWhatItIs() {
    assertThat(sum(person(5.1f, 1)))
        .isEqualTo("999cfc4bb1d52fdc2d3d37fe437fefb995d47d85edcb4aaf6e09c6649ae4d4c4");
  }

  @Test
  void fingerprintTellsAllThatTrainingSees() {
    Person one = person(5, 1);
    String usual = sum(one);
    assertThat(sum(person(5, 1))).isEqualTo(usual);
    assertThat(
            List.of(
                sum(person(Math.nextUp(5f), 1)),
                sum(person(5, 2)),
                sum(one, one),
                sum(),
                sum(one.withImageSize(640, 481)),
                sum(one.withJoints("é/2.jpg", one.x(), one.y(), one.visibility())),
                sum(one.withCrop(one.box(), 16, 22, 0.26)),
                sum(one.withCrop(null, 16, 22, 0.25)),
                sum(one.withCrop(new Box(1, 2, 30, 41), 16, 22, 0.25)),
                Fingerprint.of(
                        "train",
                        List.of(one),
                        new Skeleton(List.of("a", "c"), List.of(), List.of()))
                    .sha256()))
        .doesNotContain(usual)
        .doesNotHaveDuplicates();
    // Where a joint is that nobody has annotated means nothing; the split's name neither.
    Person without = person(5, 0);
    float[] elsewhere = {5, 99};
    assertThat(sum(without.withJoints("é/1.jpg", elsewhere, without.y(), without.visibility())))
        .isEqualTo(sum(without));
    assertThat(Fingerprint.of("val", List.of(one), TWO).sha256()).isEqualTo(usual);
  }

  private static TrainedOn trained(Person train, List<Person> val) {
    Dataset dataset = new Dataset(Path.of("d"), "mine", TWO, Metric.PCK_02, Map.of(), Path.of("i"));
    return TrainedOn.of(dataset, "train", List.of(train), "val", val);
  }

  @Test
  void readsWhatItWrites() {
    TrainedOn first = trained(person(1, 1), List.of());
    TrainedOn second = trained(person(2, 1), List.of(person(3, 1))).after(first);
    TrainedOn third = trained(person(4, 1), List.of()).after(second);
    TrainedOn fourth = trained(person(5, 1), List.of()).afterUnknown(Path.of("x/theirs.pth"));
    TrainedOn fifth = trained(person(6, 1), List.of()).after(fourth);
    for (TrainedOn one : List.of(first, second, third, fourth, fifth)) {
      assertThat(TrainedOn.from(Field.root(Json.parse(Json.compact(one.json()), "x"), "x")))
          .isEqualTo(one);
    }
    assertThat(third.before()).hasSize(2).first().isEqualTo(first);
    assertThat(third)
        .asString()
        .startsWith("mine, split train (1 people, sha256 ")
        .contains("; before that on mine, split train (1 people", ", validated on split val (1 ")
        .doesNotContain("does not name");
    assertThat(fifth.before()).hasSize(1);
    assertThat(fifth)
        .asString()
        .contains("; before that on mine, ")
        .endsWith("; before that on people that theirs.pth does not name");
  }

  @Test
  void otherPeopleAreRefused() {
    TrainedOn before = trained(person(1, 1), List.of(person(2, 1)));
    before.check(trained(person(1, 1), List.of(person(2, 1))), "D", "R", "do");
    assertThatThrownBy(
            () -> before.check(trained(person(3, 1), List.of(person(2, 1))), "D", "R", "do"))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching(
            "D: found split train \\(1 people, sha256 \\w{12}\\), expected split train"
                + " \\(1 people, sha256 \\w{12}\\), as R; do");
    assertThatThrownBy(() -> before.check(trained(person(1, 1), List.of()), "D", "R", "do"))
        .hasMessageContaining("found nobody to validate on, expected split val (1 people");
  }

  /** It stands in files that may be damaged. */
  @Test
  void whatIsDamagedIsSaid() {
    String text =
        Json.compact(
            trained(person(1, 1), List.of(person(2, 1)))
                .after(trained(person(3, 1), List.of()))
                .json());
    Random random = new Random(5);
    for (int i = 0; i < text.length() + 500; i++) {
      StringBuilder damaged = new StringBuilder(text);
      if (i < text.length()) {
        damaged.setLength(i);
      } else {
        damaged.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(95)));
      }
      try {
        TrainedOn.from(Field.root(Json.parse(damaged.toString(), "file"), "file"));
      } catch (BadInputException e) {
        assertThat(e.getMessage()).startsWith("file").doesNotContain("\n");
      }
    }
    JsonObject none = new JsonObject();
    assertThatThrownBy(() -> TrainedOn.from(Field.root(none, "file: metadata 'trained_on'")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("file: metadata 'trained_on'");
  }
}
