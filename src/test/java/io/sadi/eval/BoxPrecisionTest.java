package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Detected;
import io.sadi.eval.BoxPrecision.ImageBoxes;
import io.sadi.geom.Box;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Average precision of boxes, by hand: the number that says which detector is the better one. */
class BoxPrecisionTest {
  private static final Box PERSON = new Box(10, 10, 100, 200);
  private static final Box OTHER = new Box(300, 10, 100, 200);

  private static Detected found(Box box, double score) {
    return new Detected(box, score);
  }

  private static ImageBoxes image(List<Box> people, Detected... found) {
    return new ImageBoxes(people, List.of(), List.of(found));
  }

  @Test
  void everybodyFoundIsAHundred() {
    BoxPrecision all =
        BoxPrecision.of(
            List.of(
                image(List.of(PERSON, OTHER), found(OTHER, 0.9), found(PERSON, 0.8)),
                image(List.of())),
            false);
    assertThat(all.ap50()).isEqualTo(100, within(1e-9));
    assertThat(all.ap()).isEqualTo(100, within(1e-9));
    assertThat(all.people()).isEqualTo(2);
    assertThat(all.images()).isEqualTo(2);
    assertThat(all.table()).contains("2 people in 2 images; 2 boxes found").contains("AP50");
  }

  /** What the file's name promises must be what a program finds in it. */
  @Test
  void everyFormatIsWritten() {
    BoxPrecision all = BoxPrecision.of(List.of(image(List.of(PERSON), found(PERSON, 0.9))), true);
    assertThat(all.write(EvaluationFormat.CSV, "d", "val").lines())
        .hasSize(13)
        .startsWith("dataset,split,metric,decode,kind,name,value,counted,low,high")
        .contains("d,val,box,,average_precision,AP50,100,,100,100", "d,val,box,,people,all,1,,,");
    assertThat(all.write(EvaluationFormat.MARKDOWN, "d", "val").lines())
        .contains("| AP | AP50 | AP75 | APm | APl | AR | AR50 | AR75 | ARm | ARl |")
        .anyMatch(line -> line.startsWith("| 100.00 | 100.00 |"));
    assertThat(all.write(EvaluationFormat.JSON, "d", "val")).startsWith("{\"schema_version\":1,");
    assertThat(all.write(EvaluationFormat.TABLE, "d", "val")).isEqualTo(all.table());
  }

  /** Surest first: right, wrong, right. Precision 1 up to recall 0.5, then 2/3. */
  @Test
  void theCurveIsThatOfCoco() {
    BoxPrecision half =
        BoxPrecision.of(
            List.of(
                image(
                    List.of(PERSON, OTHER),
                    found(PERSON, 0.9),
                    found(new Box(600, 600, 50, 50), 0.8),
                    found(OTHER, 0.7))),
            false);
    assertThat(half.ap50()).isEqualTo(100 * (51 + 50 * 2.0 / 3) / 101, within(1e-6));
  }

  /** Shifted by a quarter of the width: 75 / 125 = 0.6 in common. */
  @Test
  void theOverlapDecides() {
    BoxPrecision shifted =
        BoxPrecision.of(
            List.of(image(List.of(PERSON), found(new Box(35, 10, 100, 200), 0.9))), false);
    assertThat(shifted.ap50()).isEqualTo(100, within(1e-6));
    assertThat(shifted.values().get("AP75")).isZero();
    assertThat(shifted.ap()).isEqualTo(30, within(1e-6)); // 0.5, 0.55 and 0.6 of ten
  }

  /** Found twice is once right and once wrong; in a crowd a find does not count. */
  @Test
  void twiceIsOnceTooOftenAndACrowdDoesNotCount() {
    BoxPrecision twice =
        BoxPrecision.of(
            List.of(
                image(List.of(PERSON), found(PERSON, 0.5), found(PERSON, 0.9)),
                image(List.of(OTHER), found(OTHER, 0.4))),
            false);
    assertThat(twice.ap50()).isEqualTo(100 * (51 + 50 * 2.0 / 3) / 101, within(1e-6));
    Box crowd = new Box(0, 300, 500, 200);
    BoxPrecision beside =
        BoxPrecision.of(
            List.of(
                new ImageBoxes(
                    List.of(PERSON),
                    List.of(crowd),
                    List.of(
                        found(new Box(20, 320, 40, 90), 0.95),
                        found(new Box(90, 320, 40, 90), 0.94),
                        found(PERSON, 0.9)))),
            false);
    assertThat(beside.ap50()).isEqualTo(100, within(1e-6));
  }

  @Test
  void nobodyToFindIsNoNumber() {
    BoxPrecision none = BoxPrecision.of(List.of(image(List.of(), found(PERSON, 0.9))), false);
    assertThat(none.ap50()).isNaN();
    assertThat(none.table()).contains("-");
    assertThat(none.json().get("AP50").isJsonNull()).isTrue();
  }

  @Test
  void intervalsHoldTheNumber() {
    List<ImageBoxes> images =
        List.of(
            image(List.of(PERSON), found(PERSON, 0.9)),
            image(List.of(PERSON), found(OTHER, 0.8)),
            image(List.of(OTHER), found(OTHER, 0.7)),
            image(List.of(OTHER)));
    BoxPrecision some = BoxPrecision.of(images, true);
    Interval interval = some.intervals95().get("AP50");
    assertThat(some.ap50()).isBetween(interval.low(), interval.high());
    assertThat(some.table()).contains("..");
  }
}
