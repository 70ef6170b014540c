package io.sadi.eval;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** People bring predictions of other programs; what is wrong with them must be findable. */
class PredictionsCsvTest {
  private static final List<String> JOINTS = List.of("neck", "head_top");
  private static final String HEADER = "image,person,neck_x,neck_y,head_top_x,head_top_y\n";

  private final Path file;

  PredictionsCsvTest(@TempDir Path folder) {
    file = folder.resolve("p.csv");
  }

  private List<Prediction> read(String text) throws IOException {
    Files.writeString(file, text);
    return PredictionsCsv.read(file, JOINTS).stream().map(Detection::joints).toList();
  }

  /** A table that 'prepare csv' reads is read here too. */
  @Test
  void imagesHaveTheirColumnAndPeopleTheirGapsAsOthersWriteThem() throws IOException {
    List<Prediction> predictions =
        read(
            "Filename,person,neck_x,neck_y,head_top_x,head_top_y\na,NA,1,2,#NV,3\nb,0.0,1,2,3,4\n");
    assertThat(predictions).extracting(Prediction::image).containsExactly("a", "b");
    assertThat(predictions)
        .extracting(Prediction::person)
        .containsExactly(Prediction.UNNUMBERED, 0);
    assertThat(predictions.get(0).x()).containsExactly(1, Float.NaN);
  }

  @Test
  void columnsStandInAnyOrderAmongOthers() throws IOException {
    List<Prediction> predictions =
        read(
            String.join(
                "\r\n",
                "\uFEFFhead_top_y,note,image,neck_x,neck_y,person,head_top_x,neck_score,neck_sigma_x",
                "4,\"a, \"\"b\"\"\nc\",\"b/é 1.jpg\",1,2.5,0,-3e1,0.5,",
                "8,,b/é 1.jpg,5,6,1,7,,2",
                "",
                ""));

    assertThat(predictions).hasSize(2);
    Prediction first = predictions.get(0);
    assertThat(first.image()).isEqualTo("b/é 1.jpg");
    assertThat(first.person()).isZero();
    assertThat(first.x()).containsExactly(1, -30);
    assertThat(first.y()).containsExactly(2.5f, 4);
    assertThat(first.score()).containsExactly(0.5f, Float.NaN);
    assertThat(first.sigmaX()).containsExactly(Float.NaN, Float.NaN);
    Prediction second = predictions.get(1);
    assertThat(second.person()).isEqualTo(1);
    assertThat(second.score()).containsExactly(Float.NaN, Float.NaN);
    assertThat(second.sigmaX()).containsExactly(2, Float.NaN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.jpg,0,1,2,3,inf | :2: column head_top_y: found 'inf', expected a finite number",
        "a.jpg,0,1,2,3,Infinity | :2: column head_top_y: found 'Infinity'",
        "a.jpg,0,1,2,3,1e39 | :2: column head_top_y: found '1e39'",
        "a.jpg,0,1,2,3,4f | :2: column head_top_y: found '4f'",
        "a.jpg,0,1,2,-,4 | :2: column head_top_x: found '-', expected a finite number",
        "a.jpg,-1,1,2,3,4 | :2: column person: found '-1', expected a whole number from 0",
        "a.jpg,0.5,1,2,3,4 | :2: column person: found '0.5'",
        "a.jpg,0,1,2,3 | :2: found 5 columns, expected 6 as in the header",
        "a.jpg,0,1,2,3,4,5 | :2: found 7 columns",
        "a.jpg,0,1,2,3,4;a.jpg,0,1,2,3,4 | :3: found a second row for a.jpg, person 0",
        "a.jpg,0,1,2,3,\"4 | not valid CSV",
        "a.jpg,0,1,2,3,\"4\"5 | not valid CSV",
      })
  void aWrongRowNamesItsLineAndColumn(String rows, String message) {
    assertThatThrownBy(() -> read(HEADER + rows.replace(';', '\n') + "\n"))
        .isInstanceOf(BadInputException.class)
        .message()
        .startsWith(file.toString())
        .contains(message)
        .hasLineCount(1)
        .doesNotContain("Exception");
  }

  /** DeepLabCut, MediaPipe and thresholds in every toolkit leave such holes. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NaN", "nan", "NA", "null", "None"})
  void aJointThatWasNotFoundHasNoPlace(String nothing) throws IOException {
    List<Prediction> predictions =
        read(HEADER + "a.jpg,0,1,2," + nothing + "," + nothing + "\nb.jpg,0,1,2,3,4\n");
    assertThat(predictions.get(0).isPlaced(0)).isTrue();
    assertThat(predictions.get(0).isPlaced(1)).isFalse();
    assertThat(predictions.get(1).isPlaced(1)).isTrue();
  }

  @Test
  void whoseRowItIsNeedNotBeSaid() throws IOException {
    List<Prediction> predictions =
        read("image,neck_x,neck_y,head_top_x,head_top_y\na.jpg,1,2,3,4\na.jpg,5,6,7,8\n");
    assertThat(predictions)
        .extracting(Prediction::person)
        .containsExactly(Prediction.UNNUMBERED, Prediction.UNNUMBERED);
  }

  @Test
  void aMissingColumnIsNamedWithThoseThatAreThere() {
    assertThatThrownBy(() -> read("image,person,neck_x,neck_y,head_top_x\n"))
        .hasMessage(
            file
                + ":1: found no column head_top_y, expected one; the columns are image, person,"
                + " neck_x, neck_y, head_top_x");
    assertThatThrownBy(() -> read("image,person,neck_x,neck_x,neck_y,head_top_x,head_top_y\n"))
        .hasMessage(file + ":1: found column neck_x twice, expected once; remove one");
  }

  @Test
  void whatIsNoCsvFileIsOneLine() throws IOException {
    assertThatThrownBy(() -> read(""))
        .hasMessage(file + ": found an empty file, expected a header line and rows");
    Files.write(file, (HEADER + "ä.jpg,0,1,2,3,4\n").getBytes(ISO_8859_1));
    assertThatThrownBy(() -> PredictionsCsv.read(file, JOINTS))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("not UTF-8");
    Files.delete(file);
    assertThatThrownBy(() -> PredictionsCsv.read(file, JOINTS)).hasMessage(file + ": no such file");
  }

  @Test
  void everyPrefixAndEveryFlippedByteIsReadOrRefused() throws IOException {
    byte[] whole = (HEADER + "a.jpg,0,1,2,3,4\n\"b.jpg\",1,1.5,2e1,-3,4\n").getBytes(UTF_8);
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      refused += refuses(Arrays.copyOf(whole, i));
      for (int mask : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 0xff}) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) mask;
        refused += refuses(flipped);
      }
    }
    assertThat(refused).isGreaterThan(whole.length);
  }

  private int refuses(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try {
      for (Detection detection : PredictionsCsv.read(file, JOINTS)) {
        assertThat(detection.joints().x()).doesNotContain(Float.POSITIVE_INFINITY).hasSize(2);
      }
      return 0;
    } catch (BadInputException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
      return 1;
    }
  }
}
