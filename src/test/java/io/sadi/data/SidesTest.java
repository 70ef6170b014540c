package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Skeleton.Pair;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose left and right nobody knows learns half of the crops wrongly. */
class SidesTest {
  @ParameterizedTest
  @CsvSource({
    "linkes Knie,rechtes Knie",
    "épaule gauche,épaule droite",
    "hombro_izquierdo,hombro_derecho",
    "ginocchio sinistro,ginocchio destro",
    "joelho_esquerdo,joelho_direito",
    "linkerknie L,linkerknie R",
    "левое колено,правое колено",
    "左膝,右膝",
    "膝左,膝右",
    "왼쪽무릎,오른쪽무릎",
    "vänster_knä,höger_knä"
  })
  void sidesAreKnownInSomeLanguages(String left, String right) {
    Skeleton skeleton = Skeleton.named(List.of("a", left, right), List.of(), "test");
    assertThat(skeleton.flipPairs()).containsExactly(new Pair(1, 2));
    assertThat(skeleton.isLeft(1)).isTrue();
    assertThat(skeleton.isRight(2)).isTrue();
    assertThat(Sides.warning(skeleton, List.of())).isNull();
  }

  @Test
  void aSideWithoutACounterpartIsSaid() {
    Skeleton skeleton =
        Skeleton.named(List.of("left_hip", "right_hip", "left_sholder"), List.of(), "test");
    assertThat(Sides.warning(skeleton, List.of())).contains("for left_sholder,");
    assertThat(Sides.warning(Skeleton.named(List.of("nose"), List.of(), "test"), List.of()))
        .isNull();
  }

  /** Numbered joints: what the poses of real people say of them is right. */
  @Test
  void posesSuggestPairs() throws IOException {
    Path oracle = Shared.require("oracles/lsp-test");
    List<Person> people = DatasetReader.people(DatasetReader.read(oracle), "test");
    List<String> numbers = IntStream.rangeClosed(1, 14).mapToObj(Integer::toString).toList();
    Skeleton skeleton = Skeleton.named(numbers, List.of(), "test");
    assertThat(skeleton.flipPairs()).isEmpty();
    assertThat(Sides.warning(skeleton, people))
        .contains("--flip-pairs")
        .endsWith("by the poses they may be 1:6,2:5,3:4,7:12,8:11,9:10");
    assertThat(Sides.warning(skeleton, people.subList(0, 90))).doesNotContain("poses");
    assertThat(skeleton.withFlipPairs(List.of("1:6", "2:5")).flipPairs())
        .containsExactly(new Pair(0, 5), new Pair(1, 4));
  }
}
