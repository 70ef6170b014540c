package io.sadi.prepare.read;

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
          image,a_x,a_y                            ; a.jpg,inf,1    | mine.csv:2: column a_x
          image,a_x,a_y                            ; ,1,1           | column image: found nothing
          image,a_x,a_y                            ; a.jpg,1e30,1   | a place near the image
          image,a_x,a_y,a_v                        ; a.jpg,1,1,3    | column a_v: found '3'
          image,a_x,a_y,a_v                        ; a.jpg,,1,2     | as its v is not 0
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

  /** Who asks for it gets the rest of a table with a bad row. */
  @ParameterizedTest
  @CsvSource({
    "'c.jpg,1,1,-5,5,1,1,2,2', column box_w",
    "'c.jpg,1,1,5,5,1,x,2,2', column a_y",
    "'c.jpg,1,1,5,5,1', 6 columns",
    "'b.jpg,1,1,5,5,1,1,2,1e9', a place near the image"
  })
  void aRowCostsNoOther(String row, String why) throws IOException {
    String good = "1,1,5,5,1,1,2,2\n";
    write("image,box_x,box_y,box_w,box_h,a_x,a_y,b_x,b_y\na.jpg," + good + row + "\nd.jpg," + good);
    Annotations read = read();
    assertThat(read.splits().getOrDefault("train", List.of()))
        .extracting(Person::image)
        .containsExactly("a.jpg", "d.jpg");
    assertThat(read.unreadable()).singleElement().asString().contains("mine.csv:3").contains(why);
  }

  @Test
  void anAnimalsRowCostsNoOther() throws IOException {
    write(MICE + "3.png,t" + ",1".repeat(17) + "\n4.png,1\n");
    Annotations read = read();
    assertThat(read.splits().getOrDefault("train", List.of())).isNotEmpty();
    assertThat(read.unreadable()).hasSize(2);
  }

  /** Pseudo-labels: sigma is no joint, and a joint that the network was unsure of none to learn. */
  @Test
  void readsPredictionsAsLabels() throws IOException {
    write(
        """
        image,person,score,box_x,box_y,box_w,box_h,hip_x,hip_y,hip_score,hip_sigma_x,hip_sigma_y,\
        knee_x,knee_y,knee_score,knee_sigma_x,knee_sigma_y
        a.jpg,0,0.5,1,2,30,40,5,6,0.9,1,1,7,8,0.3,2,2
        b.jpg,0,0.5,1,2,30,40,5,6,0.1,1,1,7,8,0.2,2,2
        """);
    Annotations all = read();
    assertThat(all.skeleton().joints()).containsExactly("hip", "knee");
    assertThat(all.warnings()).singleElement().asString().contains("--min-score");
    Annotations sure =
        CsvAnnotations.read(
            file, new CsvAnnotations.CsvOptions(false, 0.5), List.of(Split.parse("train=1.0")), 1);
    List<Person> people = sure.splits().getOrDefault("train", List.of());
    assertThat(people).hasSize(1);
    assertThat(people.get(0).visibility()).containsExactly(2, 0);
    assertThat(people.get(0).box()).isEqualTo(new Box(1, 2, 30, 40));
    assertThat(sure.leftOut()).extracting(LeftOut::image).containsExactly("b.jpg");
    assertThat(sure.warnings()).isEmpty();
    write("image,hip_x,hip_y\na.jpg,1,2\n");
    assertThatThrownBy(
            () ->
                CsvAnnotations.read(file, new CsvAnnotations.CsvOptions(false, 0.5), List.of(), 1))
        .hasMessageContaining("found no column NAME_score");
  }

  /** Learned as places they would draw every such joint into the corner. */
  @Test
  void jointsNowhereAreNotAnnotatedAndSaid() throws IOException {
    write(
        """
        filename,a_x,a_y,a_v,b_x,b_y,c_x,c_y
        a.jpg,-1,-1,2,0,0,3,4
        a.jpg,0,0,1,-1,5,7,8
        """);
    Annotations mine = read();
    List<Person> people = mine.splits().getOrDefault("train", List.of());
    assertThat(people).extracting(Person::person).containsExactly(1);
    assertThat(people.get(0).visibility()).containsExactly(1, 2, 2);
    assertThat(mine.leftOut()).extracting(LeftOut::person).containsExactly(0);
    assertThat(mine.warnings()).singleElement().asString().contains("2 joints at (-1, -1)");
  }

  @Test
  void readsDeepLabCutsLabels() throws IOException {
    for (String path : List.of("labeled-data/c/1.png", "labeled-data,c,1.png")) {
      String more = ",".repeat((int) path.chars().filter(c -> c == ',').count());
      write(
          String.join(
              "\n",
              "scorer" + more + ",Me,Me,Me,Me",
              "bodyparts" + more + ",left_ear,left_ear,tail,tail",
              "coords" + more + ",x,y,x,y",
              path + ",1.5,2,3,40",
              path.replace('1', '2') + ",,,5,6",
              path.replace('1', '3') + ",,,,",
              ""));
      Annotations mine = read();
      assertThat(mine.skeleton().joints()).containsExactly("left_ear", "tail");
      List<Person> people = mine.splits().getOrDefault("train", List.of());
      assertThat(people).extracting(Person::image).containsExactly("labeled-data/c/1.png");
      assertThat(people.get(0).x()).containsExactly(1.5f, 3);
      assertThat(people.get(0).y()).containsExactly(2, 40);
      assertThat(mine.leftOut())
          .extracting(LeftOut::reason)
          .containsExactly("no box, and one joint", "no joint annotated");
    }
  }

  /** Two mice and a corner of the cage; an animal without coordinates is not in the image. */
  @Test
  void readsDeepLabCutsIndividuals() throws IOException {
    write(MICE);
    Annotations mine = read();
    assertThat(mine.skeleton().joints()).containsExactly("nose", "tail", "corner", "door");
    List<Person> people = mine.splits().getOrDefault("train", List.of());
    assertThat(people)
        .extracting(p -> p.image() + " " + p.person())
        .containsExactly("1.png 0", "1.png 1", "1.png 2", "2.png 1");
    assertThat(people.get(1).x()).containsExactly(5, 7, 0, 0);
    assertThat(people.get(2).visibility()).containsExactly(0, 0, 2, 2);
    assertThat(mine.leftOut()).isEmpty();
    Annotations sure =
        CsvAnnotations.read(
            file, new CsvAnnotations.CsvOptions(false, 0.5), List.of(Split.parse("train=1.0")), 1);
    assertThat(sure.splits().getOrDefault("train", List.of()))
        .extracting(Person::person)
        .containsExactly(0, 1, 1);
  }

  private static final String MICE =
      """
      scorer,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC,DLC
      individuals,m1,m1,m1,m1,m1,m1,m2,m2,m2,m2,m2,m2,single,single,single,single,single,single
      bodyparts,nose,nose,nose,tail,tail,tail,nose,nose,nose,tail,tail,tail,corner,corner,corner,door,door,door
      coords,x,y,likelihood,x,y,likelihood,x,y,likelihood,x,y,likelihood,x,y,likelihood,x,y,likelihood
      1.png,1,2,0.9,3,4,0.9,5,6,1,7,8,1,9,10,0.1,19,20,0.2
      2.png,,,,,,,5,6,1,7,8,1,,,,,,
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          scorer,M,M;bodyparts,a,a                       | found nothing, expected DeepLabCut's
          scorer,M,M;coords,x,y;1.png,1,2                | no header row bodyparts
          scorer,M,M;bodyparts,a,a;coords,x,z;1.png,1,2  | found 'z', expected x, y or likelihood
          scorer,M,M;bodyparts,a,a;coords,x,x;1.png,1,2  | x of a again
          scorer,M;bodyparts,a;coords,x;1.png,1          | no x and y of a
          scorer,M,M;bodyparts,a,a;coords,x,y;1.png,1,t  | column M: found 't'
          scorer,M,M;frames,a,a;coords,x,y;1.png,1,2     | found 'frames'
          """)
  void saysWhatDeepLabCutsTableLacks(String table, String words) throws IOException {
    write(table.strip().replace(";", "\n") + "\n");
    assertThatThrownBy(this::read)
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(words);
  }

  @Test
  void survivesDamageToDeepLabCutsTableAndToSpreadsheets() throws IOException {
    write(MICE);
    Fuzz mice = new Fuzz(file, damaged -> read());
    mice.prefixes();
    assertThat(mice.flips(10_000, 2)).isPositive();
    Files.write(
        file,
        "\uFEFFimage;a_x;a_y;b_x;b_y\r\nä.jpg;1,5;2;NA;\r\nb.jpg;3;4;5;6,25\r\n;;;;\r\n"
            .getBytes(java.nio.charset.StandardCharsets.UTF_16LE));
    Fuzz spreadsheet = new Fuzz(file, damaged -> read());
    spreadsheet.prefixes();
    assertThat(spreadsheet.flips(10_000, 3)).isPositive();
  }

  @Test
  void nobodyIsThereTwice() throws IOException {
    write("image,person,a_x,a_y,b_x,b_y\na.jpg,1,1,1,9,9\na.jpg,1,1,1,9,9\n");
    assertThat(read().unreadable())
        .singleElement()
        .asString()
        .contains("mine.csv:3: column person");
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
