package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        "[] | found a list, expected an object with images and annotations",
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
