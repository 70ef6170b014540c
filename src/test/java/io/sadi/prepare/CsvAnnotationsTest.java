package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvAnnotationsTest {
  private final Path file;

  CsvAnnotationsTest(@TempDir Path folder) {
    file = folder.resolve("mine.csv");
  }

  @Test
  void readsATable() throws IOException {
    write(
        """
        image,note,lsho_x,lsho_y,rhip_x,rhip_y,rhip_v,tail_x,tail_y
        "b, c.jpg",x,1,2.5,30,40,1,,
        "b, c.jpg",x,5,6,7,8,0,9,9
        a.jpg,x,5,6,,,,,
        z.jpg,x,,,,,,,
        """);
    Annotations mine = read();
    assertThat(mine.name()).isEqualTo("mine");
    assertThat(mine.metric()).isEqualTo(Metric.PCK_02);
    Skeleton skeleton = mine.skeleton();
    assertThat(skeleton.joints()).containsExactly("lsho", "rhip", "tail");
    List<Person> people = mine.splits().getOrDefault("train", List.of());
    assertThat(people).extracting(Person::image).containsExactly("b, c.jpg", "b, c.jpg");
    assertThat(people).extracting(Person::person).containsExactly(0, 1);
    Person person = people.get(0);
    assertThat(person.visibility()).containsExactly(2, 1, 0);
    assertThat(person.y()).containsExactly(2.5f, 40, 0);
    assertThat(person.box()).isEqualTo(new Box(1, 2.5, 29, 37.5));
    assertThat(person.scale()).isEqualTo(37.5 * 1.25 / 200, within(1e-9));
    assertThat(people.get(1).visibility()).containsExactly(2, 0, 2);
    assertThat(mine.leftOut())
        .extracting(LeftOut::image, LeftOut::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a.jpg", "no box, and one joint"),
            org.assertj.core.groups.Tuple.tuple("z.jpg", "no joint annotated"));
  }

  @Test
  void readsBoxesNumbersAndOtherOrigins() throws IOException {
    write(
        """
        image,person,box_x,box_y,box_w,box_h,head_size,tip_x,tip_y
        a.jpg,7,11,21,100,50,12.5,31,41
        a.jpg,3,11,21,0,0,9,31,41
        """);
    Annotations mine = CsvAnnotations.read(file, true, List.of(Split.parse("train=1.0")), 1);
    assertThat(mine.metric()).isEqualTo(Metric.PCKH_05);
    assertThat(mine.leftOut()).singleElement().extracting(LeftOut::person).isEqualTo(3);
    Person person = mine.splits().getOrDefault("train", List.of()).get(0);
    assertThat(person.person()).isEqualTo(7);
    assertThat(person.box()).isEqualTo(new Box(10, 20, 100, 50));
    assertThat(person.x()).containsExactly(30);
    assertThat(person.centerX()).isEqualTo(60);
    assertThat(person.scale()).isEqualTo(125 / 200.0);
    assertThat(person.headSize()).isEqualTo(12.5);
  }

  /** Hands and animals have no torso: their errors are measured in boxes. */
  @Test
  void otherThingsThanBodiesAreMeasuredInBoxes() throws IOException {
    write("image,tip_x,tip_y,tail_x,tail_y\na.jpg,1,2,30,40\n");
    assertThat(read().metric()).isEqualTo(Metric.PCK_BOX_01);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a_x,a_y                                  ; 1,2            | no column image
          image,b                                  ; a.jpg,2        | found no joint
          image,a_x                                ; a.jpg,2        | no column a_y
          image,a_x,a_y                            ; a.jpg,1,x      | mine.csv:2: column a_y
          image,a_x,a_y                            ; a.jpg,NaN,1    | mine.csv:2: column a_x
          image,a_x,a_y                            ; a.jpg,1e30,1   | a place near the image
          image,a_x,a_y,a_v                        ; a.jpg,1,1,3    | column a_v: found '3'
          image,a_x,a_y,a_v                        ; a.jpg,,1,2     | as its v is not 0
          image,a_x,a_y                            ; ../a.jpg,1,1   | stays in the image root
          image,a_x,a_y                            ; /etc/a.jpg,1,1 | stays in the image root
          image,person,a_x,a_y                     ; a.jpg,-1,1,1   | column person
          image,box_x,box_y,box_w,box_h,a_x,a_y    ; a.jpg,1,1,-5,5,1,1 | column box_w
          image,head_size,a_x,a_y                  ; a.jpg,-3,1,1   | column head_size
          image,a_x,a_y                            ; a.jpg,1        | 2 columns
          image,a_x,a_y                            ;                | nobody with joints
          """)
  void saysWhatIsWrong(String table, String words) throws IOException {
    write(table.replaceAll(" *; *", "\n"));
    assertThatThrownBy(this::read)
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(words);
  }

  @Test
  void nobodyIsThereTwice() throws IOException {
    write("image,person,a_x,a_y,b_x,b_y\na.jpg,1,1,1,9,9\na.jpg,1,1,1,9,9\n");
    assertThatThrownBy(this::read).hasMessageContaining("mine.csv:3: column person");
  }

  @Test
  void survivesDamage() throws IOException {
    write(
        """
        image,person,box_x,box_y,box_w,box_h,left_hip_x,left_hip_y,left_hip_v,nose_x,nose_y
        "a ""b"".jpg",0,1,2,30.5,40,5,6.25,1,-3,1e2
        c.jpg,1,1,2,30.5,40,,,,7,8
        """);
    Fuzz fuzz = new Fuzz(file, damaged -> read());
    fuzz.prefixes();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }

  private Annotations read() throws IOException {
    return CsvAnnotations.read(file, false, List.of(Split.parse("train=1.0")), 1);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }
}
