package io.sadi.predict.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.CocoDetections;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InputImage;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boxes that other programs have found. */
class BoxesTest {
  private final Path folder;

  BoxesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Boxes read(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return Boxes.read(file);
  }

  @Test
  void csvHoldsSeveralPeopleAnImageInAnyOrderOfColumns() throws IOException {
    Boxes boxes =
        read(
            "b.csv",
            """
            h,image,score,x,y,w
            40,"a, b.jpg",0.9,1.5,2,20
            10,c.jpg,0.8,0,0,30
            50,"a, b.jpg",0.7,5,6,10
            """);
    assertThat(boxes.of("a, b.jpg"))
        .extracting(PersonBox::box)
        .containsExactly(new Box(1.5, 2, 20, 40), new Box(5, 6, 10, 50));
    assertThat(boxes.of("a, b.jpg"))
        .extracting(PersonBox::score)
        .containsExactly((double) 0.9f, (double) 0.7f);
    assertThat(boxes.scored()).isTrue();
    assertThat(boxes.of("a, b.jpg")).extracting(PersonBox::person).containsExactly(0, 1);
    PersonBox first = boxes.of("a, b.jpg").get(0);
    assertThat(first.centerX()).isEqualTo(11.5);
    assertThat(first.centerY()).isEqualTo(22);
    assertThat(first.scale() * 200).as("the longer side and a quarter").isEqualTo(50);
    assertThat(boxes.of("none.jpg")).isEmpty();
  }

  @Test
  void cocoGivesThePeopleOfEveryImageAndTheDatasetsOwnCrops() throws IOException {
    Boxes boxes =
        read(
            "b.json",
            """
            {"images": [{"id": 9, "file_name": "a.jpg"}, {"id": 8, "file_name": "empty.jpg"}],
             "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
             "annotations": [
              {"id": 1, "image_id": 9, "category_id": 1, "bbox": [0, 0, 10, 20]},
              {"id": 2, "image_id": 9, "category_id": 18, "bbox": [0, 0, 5, 5]},
              {"id": 3, "image_id": 9, "category_id": 1, "iscrowd": 1, "bbox": [0, 0, 90, 20]},
              {"id": 4, "image_id": 9, "category_id": 1, "person": 7, "center": [50, 60],
               "scale": 0.5}]}
            """);
    assertThat(boxes.ids())
        .containsEntry("a.jpg", CocoId.of(9))
        .containsEntry("empty.jpg", CocoId.of(8));
    assertThat(boxes.people().get("empty.jpg")).isEmpty();
    assertThat(boxes.of("a.jpg"))
        .containsExactly(
            new PersonBox(0, new Box(0, 0, 10, 20), 5, 10, 0.125),
            new PersonBox(7, new Box(0, 10, 100, 100), 50, 60, 0.5));
  }

  /** Predictions are boxes, too: their score is the joints', and the box has one of its own. */
  @Test
  void predictionsBoxesKeepTheirScore() throws IOException {
    Boxes boxes =
        read(
            "b.csv",
            """
            image,person,score,box_x,box_y,box_w,box_h,box_score
            a.jpg,0,0.4,0,0,10,20,0.75
            a.jpg,1,0.5,0,0,10,20,
            """);
    assertThat(boxes.of("a.jpg")).extracting(PersonBox::score).containsExactly(0.75, Double.NaN);
    Boxes without = read("c.csv", "image,x,y,w,h\na.jpg,0,0,10,20\n");
    assertThat(without.scored()).isFalse();
    Boxes coco =
        read(
            "b.json",
            """
            {"images": [{"id": 9, "file_name": "a.jpg"}], "annotations": [
              {"id": 1, "image_id": 9, "bbox": [0, 0, 10, 20], "score": 0.25},
              {"id": 2, "image_id": 9, "bbox": [0, 0, 10, 20], "score": 0.5, "box_score": 0.75},
              {"id": 3, "image_id": 9, "bbox": [0, 0, 10, 20]}]}
            """);
    assertThat(coco.of("a.jpg"))
        .extracting(PersonBox::score)
        .containsExactly(0.25, 0.75, Double.NaN);
  }

  @Test
  void unsureBoxesOfCocoAreLeftOut() throws IOException {
    Path file = folder.resolve("b.json");
    String annotation = "{\"id\": %d, \"image_id\": 9, \"bbox\": [0, 0, 10, 20]%s}";
    String start = "{\"images\": [{\"id\": 9, \"file_name\": \"a.jpg\"}], \"annotations\": [";
    Files.writeString(
        file,
        start
            + String.format(annotation, 1, ", \"score\": 0.25")
            + ", "
            + String.format(annotation, 2, ", \"box_score\": 0.75")
            + "]}");
    BoxChoice sure = new BoxChoice(0.5, null, null);
    assertThat(Boxes.read(file, sure, List.of(), Progress.NONE).of("a.jpg"))
        .extracting(PersonBox::score)
        .containsExactly(0.75);
    Files.writeString(file, start + String.format(annotation, 1, "") + "]}");
    assertThatThrownBy(() -> Boxes.read(file, sure, List.of(), Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("b.json, whose boxes have no scores, expected boxes with a score");
  }

  @Test
  void cocosImagesMayBeCalledAsOnAnotherMachine() throws IOException {
    Boxes boxes =
        read(
            "b.json",
            """
            {'images': [{'id': 9, 'file_name': 'C:\\\\photos\\\\a.jpg'},
              {'id': 8, 'file_name': 'https://host.org/b%20c.jpg'}],
             'annotations': [{'id': 1, 'image_id': 9, 'category_id': 1, 'bbox': [0, 0, 10, 20]}]}
            """,
            BoxChoice.ALL,
            "a.jpg",
            "b c.jpg");
    assertThat(boxes.of("a.jpg")).hasSize(1);
    assertThat(boxes.ids()).containsEntry("b c.jpg", CocoId.of(8));
  }

  private Boxes read(String name, String text, BoxChoice choice, String... images)
      throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text.replace('\'', '"'));
    return Boxes.read(
        file,
        choice,
        Stream.of(images).map(image -> new InputImage(image, Path.of(image))).toList(),
        Progress.NONE);
  }

  private static final String DETECTIONS =
      """
      [{'image_id': 139, 'category_id': 1, 'bbox': [1, 2, 30, 40], 'score': 0.9},
       {'image_id': 7, 'category_id': 1, 'bbox': [5, 6, 7, 8], 'score': 0.2},
       {'image_id': 139, 'category_id': 18, 'bbox': [1, 2, 3, 4], 'score': 0.8},
       {'image_id': 139, 'category_id': 1, 'bbox': [0, 0, 0, 9], 'score': 0.7},
       {'image_id': 139, 'category_id': 1, 'bbox': [9, 9, 9, 9], 'score': 0.6}]
      """;

  /** HRNet's and Detectron2's lists name no file: COCO's images are called by their numbers. */
  @Test
  void aDetectorsListMeansImagesByTheirNumbers() throws IOException {
    Boxes boxes = read("d.json", DETECTIONS, BoxChoice.ALL, "val/000000000139.jpg", "7.png");
    assertThat(boxes.of("val/000000000139.jpg"))
        .extracting(PersonBox::box)
        .containsExactly(new Box(1, 2, 30, 40), new Box(9, 9, 9, 9));
    assertThat(boxes.ids())
        .containsEntry("val/000000000139.jpg", CocoId.of(139))
        .containsEntry("7.png", CocoId.of(7));
    Boxes sure =
        read("d.json", DETECTIONS, new BoxChoice(0.5, null, null), "000000000139.jpg", "7.png");
    assertThat(sure.of("7.png")).isEmpty();
    assertThat(sure.people()).as("looked at and found empty").containsKey("7.png");
    Boxes dogs =
        read("d.json", DETECTIONS, new BoxChoice(Double.NaN, "18", null), "139.jpg", "7.png");
    assertThat(dogs.of("139.jpg")).extracting(PersonBox::box).containsExactly(new Box(1, 2, 3, 4));
    assertThatThrownBy(() -> read("d.json", DETECTIONS, BoxChoice.ALL, "a.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--boxes-images FILE");
  }

  @Test
  void aFileBesideTheListNamesItsImagesAndCategories() throws IOException {
    Path names = folder.resolve("image_info.json");
    Files.writeString(
        names,
        """
        {"info": {}, "images": [{"id": 139, "file_name": "C:\\\\coco\\\\a.jpg", "width": 3},
         {"id": 7, "file_name": "D:/b.jpg"}],
         "categories": [{"id": 1, "name": "chair"}, {"id": 18, "name": "person"}]}
        """);
    Boxes boxes =
        read("d.json", DETECTIONS, new BoxChoice(Double.NaN, null, names), "a.jpg", "b.jpg");
    assertThat(boxes.of("a.jpg")).extracting(PersonBox::box).containsExactly(new Box(1, 2, 3, 4));
    assertThat(boxes.ids()).containsEntry("a.jpg", CocoId.of(139));
    Boxes chairs =
        read("d.json", DETECTIONS, new BoxChoice(Double.NaN, "chair", names), "a.jpg", "b.jpg");
    assertThat(chairs.of("a.jpg")).hasSize(2);
    Files.writeString(names, "{\"images\": [{\"id\": 8, \"file_name\": \"a.jpg\"}]}");
    assertThatThrownBy(
            () -> read("d.json", DETECTIONS, new BoxChoice(Double.NaN, null, names), "a.jpg"))
        .hasMessageContaining("[0].image_id: found 139");
  }

  /** Ultralytics counts categories from 0 and calls images by their names where they have one. */
  @Test
  void textIdsAndNamesInTheListAreNames() throws IOException {
    String list =
        """
        [{'image_id': 'IMG 1', 'category_id': 0, 'bbox': [1, 2, 30, 40], 'score': 0.9},
         {'image_id': 'IMG 1', 'category_id': 1, 'bbox': [1, 2, 3, 4], 'score': 0.9},
         {'image_id': 3, 'file_name': 'x/c.jpg', 'category_id': 0, 'bbox': [1, 2, 5, 6], 'score': 1}]
        """;
    Boxes boxes =
        read("d.json", list.replace("IMG 1", "IMG_1.jpg"), BoxChoice.ALL, "IMG_1.jpg", "c");
    assertThat(boxes.of("IMG_1.jpg"))
        .extracting(PersonBox::box)
        .containsExactly(new Box(1, 2, 30, 40));
    assertThat(read("d.json", list, BoxChoice.ALL, "IMG 1.jpg", "c.jpg").people())
        .as("by the ends of paths")
        .containsOnlyKeys("IMG 1", "c.jpg");
    assertThat(boxes.ids())
        .as("as they are written there")
        .containsEntry("IMG_1.jpg", CocoId.of("IMG_1.jpg"))
        .containsEntry("x/c.jpg", CocoId.of(3));
  }

  @Test
  void namesOfOtherPlacesAndScoresInATable() throws IOException {
    String table =
        """
        filename;x;y;w;h;score
        C:\\data\\a.jpg;1,5;2;3;4;0,9
        C:\\data\\a.jpg;5;2;3;4;0,3
        """;
    Boxes boxes = read("b.csv", table, new BoxChoice(0.5, null, null), "photos/a.jpg", "b.jpg");
    assertThat(boxes.people()).containsOnlyKeys("C:\\data\\a.jpg");
    boxes = read("b.csv", table, new BoxChoice(0.5, null, null), "a.jpg", "b.jpg");
    assertThat(boxes.of("a.jpg")).extracting(PersonBox::box).containsExactly(new Box(1.5, 2, 3, 4));
    assertThatThrownBy(
            () -> read("b.csv", "image,x,y,w,h\n", new BoxChoice(0.5, null, null), "a.jpg"))
        .hasMessageContaining("found no column score");
    assertThatThrownBy(
            () -> read("b.csv", table, new BoxChoice(Double.NaN, "person", null), "a.jpg"))
        .hasMessageContaining("--boxes-category");
  }

  @Test
  void survivesDamage() throws IOException {
    Path file = folder.resolve("d.json");
    Files.writeString(file, DETECTIONS.replace('\'', '"'));
    List<InputImage> images =
        List.of(
            new InputImage("139.jpg", Path.of("139.jpg")),
            new InputImage("7.jpg", Path.of("7.jpg")));
    Fuzz list =
        new Fuzz(file, damaged -> Boxes.read(damaged, BoxChoice.ALL, images, Progress.NONE));
    list.prefixes();
    assertThat(list.flips(10_000, 1)).isPositive();
    Files.writeString(
        file,
        "{\"images\": [{\"id\": 139, \"file_name\": \"a.jpg\"}, {\"id\": \"x\", "
            + "\"file_name\": \"b.jpg\"}], \"categories\": [{\"id\": 1, \"name\": \"p\"}]}");
    Fuzz names = new Fuzz(file, CocoDetections::names);
    names.prefixes();
    assertThat(names.flips(10_000, 2)).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image,x,y,w;a.jpg,1,2,3 | :1: found no column h",
        "image,x,y,w,h;a.jpg,1,2,3,0 | :2: column h: found '0', expected a width or height above 0",
        "image,x,y,w,h;a.jpg,1,2,-3,1 | :2: column w: found '-3'",
        "image,x,y,w,h;a.jpg,1,two,3,4 | :2: column y: found 'two', expected a finite number",
        "image,x,y,w,h;a.jpg,1,2,3 | :2: found 4 columns, expected 5",
        "image,person,x,y,w,h;a.jpg,1,1,2,3,4;a.jpg,1,1,2,3,4 | :3: found person 1 of a.jpg again",
      })
  void errorsNameTheLineAndTheColumn(String text, String message) {
    assertThatThrownBy(() -> read("b.csv", text.replace(';', '\n')))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("b.csv" + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'annotations': []} | found no 'images'",
        "{'images': [], 'annotations': [{'id': 1, 'image_id': 1, 'bbox': [0, 0, 1, 1]}]}"
            + " | annotations[0].image_id: found 1, expected the id of one of the images",
        "{'images': [{'id': 1, 'file_name': 'a'}], 'annotations': [{'id': 1, 'image_id': 1}]}"
            + " | annotations[0].bbox: found nothing, expected the person's box",
        "{'images': [{'id': 1, 'file_name': 'a'}],"
            + " 'annotations': [{'id': 1, 'image_id': 1, 'bbox': [0, 0, 0, 0]}]}"
            + " | annotations[0].bbox: found an empty box",
      })
  void cocoErrorsNameTheField(String text, String message) {
    assertThatThrownBy(() -> read("b.json", text.replace('\'', '"')))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("b.json")
        .hasMessageContaining(message);
  }
}
