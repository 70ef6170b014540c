package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictionsJsonTest {
  private static final List<String> JOINTS = List.of("neck");

  private final Path folder;

  PredictionsJsonTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void everyValueIsRead() throws IOException {
    Path file = folder.resolve("p.json");
    Files.writeString(
        file,
        """
        {"images":[{"image":"a.jpg","people":[]},{"image":"b.jpg","people":[{"person":2,
        "keypoints":[{"name":"neck","x":1.5,"y":-2,"score":0.25,"sigma":[3,4]}]}]}],
        "errors":[{"image":"c.jpg","error":"broken"}]}
        """);
    Predictions predictions = PredictionsFile.read(file, JOINTS);
    assertThat(predictions.all())
        .singleElement()
        .usingRecursiveComparison()
        .isEqualTo(
            new Prediction(
                "b.jpg",
                2,
                new float[] {1.5f},
                new float[] {-2},
                new float[] {0.25f},
                new float[] {3},
                new float[] {4}));
  }

  /** MMPose's demos put a word before the image's name. */
  @Test
  void aFileOfAnImageIsCalledAsTheImageIs() throws IOException {
    String people = "[{\"keypoints\":[[1,2]],\"keypoint_scores\":[0.5]}]";
    Path plain = Files.writeString(folder.resolve("results_a.json"), people);
    assertThat(imagesOf(plain)).containsExactly("results_a.json");
    Path demo = Files.writeString(plain, "{\"instance_info\":" + people + "}");
    assertThat(imagesOf(demo)).containsExactly("a.json");
    Path called = Files.writeString(folder.resolve("b.json"), Files.readString(demo));
    assertThat(imagesOf(called)).containsExactly("b.json");
  }

  private static List<String> imagesOf(Path file) throws IOException {
    return PredictionsJson.read(file, JOINTS, CocoResults.ImageNameSource.NONE).stream()
        .map(detection -> detection.joints().image())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | p.json: found none of images, people and instance_info",
        "3 | p.json: found 3, expected an object with images, or a list of COCO results",
        "{'images':{}} | p.json: images: found an object, expected a list",
        "{'images':[3]} | p.json: images[0]: found 3, expected an object",
        "{'images':[{'people':[]}]} | images[0].image: found nothing, expected text",
        "{'images':[{'image':'a','people':[{'keypoints':[]}]}]} | people[0].person: found nothing, expected a whole number",
        "{'images':[{'image':'a','people':[{'person':0.5,'keypoints':[]}]}]} | people[0].person: found 0.5, expected a whole number",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[]}]}]} | keypoints: found no neck, expected every joint",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','x':1e39,'y':0}]}]}]} | keypoints[0].x: found 1e39, expected a finite number",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','x':'1','y':0}]}]}]} | keypoints[0].x: found \"1\", expected a finite number",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','x':1,'y':0,'sigma':[1]}]}]}]} | sigma: found [1], expected two numbers",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','x':1,'y':0},{'name':'neck','x':1,'y':0}]}]}]} | keypoints[1]: found neck a second time",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','x':1,'y':0}]},{'person':0,'keypoints':[{'name':'neck','x':1,'y':0}]}]}]} | people[1]: found a second entry for a, person 0",
        "{'images':[{'image':'a','people':[{'person':0,'keypoints':[{'name':'neck','y':0}]}]}]} | keypoints[0].x: found nothing, expected a number; null for a joint that was not found",
      })
  void whatIsWrongIsNamedWithItsPlace(String json, String message) throws IOException {
    Path file = folder.resolve("p.json");
    Files.writeString(file, json.replace('\'', '"'));
    assertThatThrownBy(() -> PredictionsFile.read(file, JOINTS))
        .isInstanceOf(BadInputException.class)
        .message()
        .startsWith(file.toString())
        .contains(message)
        .hasLineCount(1);
  }

  @Test
  void aLineOfJsonlIsNamed() throws IOException {
    Path file = folder.resolve("p.jsonl");
    Files.writeString(file, "{\"image\":\"a\",\"people\":[]}\n\n{\"image\":\"b\"}\n");
    assertThatThrownBy(() -> PredictionsFile.read(file, JOINTS))
        .isInstanceOf(BadInputException.class)
        .hasMessage(file + ":3: people: found nothing, expected a list");
    assertThatThrownBy(() -> PredictionsFile.read(folder.resolve("none.jsonl"), JOINTS))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such file");
  }
}
