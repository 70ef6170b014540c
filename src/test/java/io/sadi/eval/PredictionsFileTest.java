package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.CocoId;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Predictions of anyone's program, found again in a dataset. */
class PredictionsFileTest {
  private static final Skeleton ONE = Skeleton.named(List.of("neck"), List.of(), "test");

  private final List<String> said = new ArrayList<>();
  private final Progress progress =
      new Progress() {
        @Override
        public Work start(String what, long total, String unit) {
          return Work.NONE;
        }

        @Override
        public void note(String line) {
          said.add(line);
        }

        @Override
        public void warn(String line) {
          said.add(line);
        }
      };

  private final Path folder;
  private Dataset dataset;
  private List<Person> people;

  PredictionsFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** Necks at (0, 0) and (100, 0) in one image, at (50, 0) in another. */
  @BeforeEach
  void writeDataset() throws IOException {
    Path data = folder.resolve("data");
    List<Person> annotated =
        List.of(
            People.person("a/1.jpg", 0, ONE, 10),
            People.person("a/1.jpg", 1, ONE, 10),
            People.person("a/2.jpg", 0, ONE, 10));
    annotated.get(1).x()[0] = 100;
    annotated.get(2).x()[0] = 50;
    DatasetWriter.write(
        new Dataset(data, "necks", ONE, Metric.PCKH_05, Map.of(), data.resolve("x")),
        "x",
        Map.of(),
        Map.of("val", annotated));
    dataset = DatasetReader.read(data);
    people = DatasetReader.people(dataset, "val");
  }

  private Predictions read(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text.replace('\'', '"'));
    return PredictionsFile.read(file, dataset, "val", people, progress);
  }

  private float neck(Predictions predictions, int person) {
    Prediction prediction = predictions.of(people.get(person));
    assertThat(prediction).isNotNull();
    return prediction.x()[0];
  }

  private CocoId id(String image) throws IOException {
    return DatasetReader.imageIds(dataset, "val").entrySet().stream()
        .filter(entry -> entry.getValue().equals(image))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  @Test
  void imagesOfOtherNamesAreFoundAndSaid() throws IOException {
    Predictions predictions =
        read("p.csv", "image,person,neck_x,neck_y\n1.jpg,0,1,0\n1.jpg,1,2,0\n2.jpg,0,3,0\n");
    assertThat(neck(predictions, 1)).isEqualTo(2);
    assertThat(said)
        .containsExactly(
            folder.resolve("p.csv")
                + ": 2 of 2 images have other names than in the dataset; 1.jpg is taken for"
                + " a/1.jpg");
  }

  /** The second result is nearest to the first person although it comes second. */
  @Test
  void resultsWithoutAPersonAreForTheNearest() throws IOException {
    Predictions predictions =
        read(
            "p.json",
            """
            [{'image_id':%s,'keypoints':[70,0,0.5]},{'image_id':%s,'keypoints':[20,0,0.25]},
            {'image_id':%s,'keypoints':[99,0,2]},{'image_id':%s,'keypoints':[1000,0,1]},
            {'image_id':99999,'keypoints':[1000,0,1]}]
            """
                .formatted(id("a/1.jpg"), id("a/1.jpg"), id("a/1.jpg"), id("a/2.jpg")));
    assertThat(neck(predictions, 0)).isEqualTo(20);
    assertThat(neck(predictions, 1)).isEqualTo(99);
    assertThat(neck(predictions, 2)).isEqualTo(1000);
    List<Prediction> rest = predictions.unknown(people);
    assertThat(rest)
        .extracting(Prediction::image)
        .containsExactly("a/1.jpg", "image_id 99999"); // of an image outside the split
    assertThat(rest.get(0).person()).isEqualTo(2);
    assertThat(rest.get(0).x()).containsExactly(70);
    assertThat(said).hasSize(3);
    assertThat(said.get(0)).contains("5 results say no person");
    assertThat(said.get(1))
        .contains("1 of 5 predictions are for images outside split val", "is for image_id 99999");
    assertThat(said.get(2)).contains("1 of 5 predictions are for nobody in split val");
  }

  /** A detector counts its boxes by their scores: by those numbers two people would be swapped. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "p.csv | image,person,box_score,neck_x,neck_y;a/1.jpg,0,0.9,99,0;a/1.jpg,1,0.8,1,0;a/2.jpg,0,,50,0;",
        "p.jsonl | {'image':'a/1.jpg','people':[{'person':0,'box_score':0.9,'keypoints':[{'name':'neck','x':99,'y':0}]},{'person':1,'box_score':0.8,'keypoints':[{'name':'neck','x':1,'y':0}]}]};{'image':'a/2.jpg','people':[{'person':0,'keypoints':[{'name':'neck','x':50,'y':0}]}]}",
        "q.json | [{'file_name':'a/1.jpg','person':0,'box_score':0.9,'keypoints':[99,0,1]},{'file_name':'a/1.jpg','person':1,'keypoints':[1,0,1]},{'file_name':'a/2.jpg','person':0,'keypoints':[50,0,1]}]",
      })
  void detectedPeopleAreForTheNearest(String name, String text) throws IOException {
    Predictions predictions = read(name, text.replace(';', '\n'));
    assertThat(neck(predictions, 0)).isEqualTo(1);
    assertThat(neck(predictions, 1)).isEqualTo(99);
    assertThat(neck(predictions, 2)).isEqualTo(50);
    assertThat(said)
        .containsExactly(
            folder.resolve(name)
                + ": people whom a detector found (box_score); each is for the person nearest to"
                + " it, whatever its number");
  }

  /** What is for others must not count as a find of nobody, nor their lack be said. */
  @Test
  void whatIsForPeopleWhoAreNotMeasuredIsLeftOut() throws IOException {
    Path file = folder.resolve("p.csv");
    Files.writeString(file, "image,neck_x,neck_y\na/1.jpg,99,0\na/1.jpg,1,0\n");
    List<Person> first = people.subList(0, 1);
    Predictions predictions = PredictionsFile.read(file, dataset, "val", people, first, progress);
    assertThat(neck(predictions, 0)).isEqualTo(1);
    assertThat(predictions.size()).isEqualTo(1);
    assertThat(said).hasSize(1).first().asString().contains("2 results say no person");
  }

  @Test
  void aPersonInTwoFilesOfAFolderIsRefusedByTheSecond() throws IOException {
    Path files = Files.createDirectory(folder.resolve("files"));
    String person = "[{\"file_name\":\"a/1.jpg\",\"person\":0,\"keypoints\":[1,0,1]}]";
    Files.writeString(files.resolve("1.json"), person);
    Files.writeString(files.resolve("2.json"), person);
    assertThatThrownBy(() -> PredictionsFile.read(files, dataset, "val", people, progress))
        .isInstanceOf(BadInputException.class)
        .message()
        .startsWith(
            files.resolve("2.json") + ": found a/1.jpg, person 0, which another file has, too")
        .hasLineCount(1);
  }

  @Test
  void aResultThatSaysItsPersonKeepsIt() throws IOException {
    Predictions predictions =
        read(
            "p.coco.json",
            """
            [{'file_name':'/x/a/1.jpg','image_id':7,'person':1,'keypoints':[1,0,1]},
            {'image_id':'1.jpg','keypoints':[2,0,1]},{'file_name':'2.jpg','keypoints':[3,0,1]}]
            """
                .replace("'1.jpg'", "'/x/a/1.jpg'"));
    assertThat(neck(predictions, 1)).isEqualTo(1);
    assertThat(neck(predictions, 0)).isEqualTo(2);
    assertThat(neck(predictions, 2)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'image_id':99999,'keypoints':[1,2,3]}] | p.json: found nobody but such as image_id 99999, person 0, expected people of split val",
        "[{'image_id':1.5,'keypoints':[1,2,3]}] | [0].image_id: found 1.5, expected an id: a whole number, or text",
        "[{'keypoints':[1,2,3]}] | [0].image_id: found nothing",
        "[{'file_name':'a/1.jpg'}] | [0].keypoints: found nothing, expected a list",
        "[{'file_name':'a/1.jpg','keypoints':[1,2]}] | [0].keypoints: found 2 numbers, expected 3 (x, y, score of 1 joints)",
        "[{'file_name':'a/1.jpg','keypoints':[1,'2',3]}] | [0].keypoints[1]: found \"2\", expected a finite number",
        "[{'file_name':'a/1.jpg','person':-1,'keypoints':[1,2,3]}] | [0].person: found -1, expected a whole number from 0",
        "[{'file_name':'a/1.jpg','person':0,'keypoints':[1,2,3]},{'file_name':'a/1.jpg','person':0,'keypoints':[1,2,3]}] | [1]: found a second result for a/1.jpg, person 0",
        "[3] | [0]: found 3, expected an object",
        "[{'file_name':'a/1.jpg','keypoints':[1,2,3]} | p.json:1:",
        "[] | p.json: found nobody, expected people of split val, such as a/1.jpg, person 0",
      })
  void whatIsWrongWithResultsIsNamedWithItsPlace(String json, String message) {
    assertThatThrownBy(() -> read("p.json", json))
        .isInstanceOf(BadInputException.class)
        .message()
        .startsWith(folder.resolve("p.json").toString())
        .contains(message)
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "p.csv | image,person,neck_x,neck_y,neck_score;a/1.jpg,0,1,2,0.5;a/1.jpg,1,1.5,2e1,;`a/2.jpg`,0,-3,4,1;",
        "p.json | {'schema_version':1,'images':[{'image':'a/1.jpg','people':[{'person':0,'keypoints':[{'name':'neck','x':1,'y':2.5,'score':null,'sigma':[1,2]}]}]}],'errors':[]}",
        "p.jsonl | {'image':'1.jpg','people':[{'person':1,'keypoints':[{'name':'neck','x':1,'y':2}]}]};{'image':'2.jpg','people':[]}",
        "q.json | [{'file_name':'a/1.jpg','person':1,'keypoints':[1,2,3]},{'image_id':1,'keypoints':[1,2.5,-3e1],'score':1},{'image_id':'a/1.jpg','keypoints':[1,2,0]}]",
      })
  void everyDamageIsReadOrRefusedInOneLine(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text.replace('\'', '"').replace(';', '\n'));
    Fuzz fuzz = new Fuzz(file, f -> PredictionsFile.read(f, dataset, "val", people, Progress.NONE));
    assertThat(fuzz.prefixes()).isGreaterThan(text.length() / 3);
    assertThat(fuzz.flips(2500, 1)).isGreaterThan(300);
  }
}
