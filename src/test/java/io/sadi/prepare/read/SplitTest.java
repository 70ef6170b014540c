package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
  private static final List<Split> NONE = List.of();

  /** Nobody asked for a tenth to validate on: of four images it is one, of one image none. */
  @Test
  void fewImagesAreSpreadOverTheDefaultSplits() {
    List<Split> fallback = List.of(Split.parse("train=0.9"), Split.parse("val=0.1"));
    for (int n = 1; n <= 12; n++) {
      Split.Assignment few = Split.assign(NONE, fallback, List.of(), images(n), 1);
      long val = Arrays.stream(few.byNumber()).filter("val"::equals).count();
      assertThat(val).as("%s images", n).isEqualTo(n == 1 ? 0 : 1);
      assertThat(few.names()).hasSize(n == 1 ? 1 : 2);
      assertThat(few.byNumber()).doesNotContainNull();
    }
  }

  @Test
  void rangesCountFromOneAndIncludeBothEnds() {
    Split.Assignment assigned = assign(5, "train=1-2", "val=4-4", "train=5-5");
    assertThat(assigned.byNumber()).containsExactly("train", "train", null, "val", "train");
    assertThat(assigned.names()).containsExactly("train", "val");
  }

  /** A split that changes between runs lets validation images into the training set. */
  @Test
  void fractionsAreDrawnWithTheSeed() {
    List<Split> splits = List.of(Split.parse("train=0.9"), Split.parse("val=0.1"));
    Split.Assignment first = Split.assign(splits, NONE, List.of(), images(1000), 7);
    assertThat(first.byNumber()).filteredOn("val"::equals).hasSize(100);
    assertThat(first.byNumber()).filteredOn("train"::equals).hasSize(900);
    assertThat(Split.assign(splits, NONE, List.of(), images(1000), 7).byNumber())
        .isEqualTo(first.byNumber());
    assertThat(Split.assign(splits, NONE, List.of(), images(1000), 8).byNumber())
        .isNotEqualTo(first.byNumber());
    assertThat(Arrays.asList(first.byNumber()).subList(0, 500)).contains("val");
  }

  @Test
  void withoutARequestTheFallbackIsUsed() {
    List<Split.Range> official = List.of(new Split.Range("test", 2, 3));
    assertThat(Split.assign(NONE, List.of(new Split.Official()), official, images(3), 1).byNumber())
        .containsExactly(null, "test", "test");
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> assign(10, "train=1-6", "val=6-10"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("val=6-10")
        .hasMessageContaining("image 6, which is in train");
    assertThatThrownBy(() -> assign(10, "train=1-11"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("at most 10");
    assertThatThrownBy(() -> assign(10, "train=0.9", "val=0.2"))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> assign(10, "train=0.4", "train=0.2"))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> assign(10, "train=0.4", "val=1-2"))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> assign(10, "official", "val=1-2"))
        .isInstanceOf(BadInputException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "train",
        "=1-2",
        "train=",
        "train=0",
        "train=1.1",
        "train=2-1",
        "train=0-3",
        "../x=1-2",
        "train=1-2-3",
        "train=NaN",
        "train=-1"
      })
  void saysWhatASplitIs(String text) {
    assertThatThrownBy(() -> Split.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NAME=A-B");
  }

  private static Split.Assignment assign(int images, String... splits) {
    return Split.assign(
        Arrays.stream(splits).map(Split::parse).toList(), NONE, List.of(), images(images), 1);
  }

  private static List<String> images(int n) {
    return IntStream.rangeClosed(1, n).mapToObj(i -> i + ".jpg").toList();
  }
}
