package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to make a dataset, as a script calls it, from the drawn people's pictures. */
class PrepareIT {
  private static Path people;
  private static List<Person> val;
  @TempDir private Path folder;

  @BeforeAll
  static void drawPeople() throws IOException {
    people = TinyRun.get().folder.resolve("people");
    val = DatasetReader.people(DatasetReader.read(people), "val");
  }

  private BinSadi.Result prepare(String kind, String... more) {
    String[] args = new String[more.length + 2];
    args[0] = "prepare";
    args[1] = kind;
    System.arraycopy(more, 0, args, 2, more.length);
    return new BinSadi().in(folder).run(args);
  }

  private static JsonObject done(BinSadi.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  private static JsonObject split(JsonObject result, String name) {
    return result.getAsJsonObject("splits").getAsJsonObject(name);
  }

  @Test
  void cocoPackedCheckedAndDrawn() throws IOException {
    JsonObject result =
        done(
            prepare(
                "coco",
                "--annotations",
                people.resolve("annotations/val.json").toString(),
                "--images",
                people.resolve("images").toString(),
                "--out",
                "packed people",
                "--split",
                "val=1.0",
                "--pack",
                "64",
                "--previews",
                "6",
                "--check",
                "report",
                "--json"));
    assertThat(split(result, "val").get("people").getAsInt()).isEqualTo(val.size());
    assertThat(split(result, "val").getAsJsonObject("mean_pose").get("score").getAsDouble())
        .isBetween(0.0, 100.0);
    Path packed = folder.resolve("packed people");
    assertThat(TinyRun.filesIn(packed))
        .contains("dataset.yaml", "annotations/val.json", "previews/people.jpg")
        .filteredOn(name -> name.startsWith("images/"))
        .hasSize(val.size());
    // An ordinary dataset, on which a model is as good as on the photos.
    String model = TinyRun.get().folder.resolve("run/checkpoints/best.safetensors").toString();
    double before = score(model, people.toString());
    assertThat(score(model, packed.toString())).isEqualTo(before, within(3.0));
  }

  private double score(String model, String data) {
    JsonObject evaluation =
        done(
            new BinSadi()
                .in(folder)
                .run("eval", "--model", model, "--data", data, "--format", "json", "-q"));
    return evaluation
        .getAsJsonArray("results")
        .get(0)
        .getAsJsonObject()
        .get("mean_joint_weighted")
        .getAsDouble();
  }

  @Test
  void csvAndMerge() throws IOException {
    StringJoiner table = new StringJoiner("\n", "image,rsho_x,rsho_y,lhip_x,lhip_y\n", "\n");
    for (Person person : val) {
      table.add(
          String.format(
              Locale.ROOT,
              "%s,%.2f,%.2f,%.2f,%.2f",
              person.image(),
              person.x()[12],
              person.y()[12],
              person.x()[3],
              person.y()[3]));
    }
    Files.writeString(folder.resolve("mine.csv"), table.toString());
    String images = people.resolve("images").toString();
    JsonObject csv =
        done(
            prepare(
                "csv",
                "--annotations",
                "mine.csv",
                "--images",
                images,
                "--out",
                "mine",
                "--split",
                "train=1.0",
                "--json"));
    assertThat(csv.get("metric").getAsString()).isEqualTo("pck-box@0.1");
    Dataset mine = DatasetReader.read(folder.resolve("mine"));
    assertThat(DatasetReader.people(mine, "train")).hasSize(val.size());

    BinSadi.Result leak =
        prepare("merge", people.toString(), "mine", "--skeleton", "mpii16", "--out", "both", "-q");
    assertThat(leak.exitCode()).isEqualTo(3);
    assertThat(leak.errLines()).singleElement().asString().contains("each image in one split");
    assertThat(folder.resolve("both")).doesNotExist();
    done(
        prepare(
            "csv",
            "--annotations",
            "mine.csv",
            "--images",
            images,
            "--out",
            "mine2",
            "--split",
            "val=1.0",
            "--pack",
            "64",
            "--json"));
    JsonObject merged =
        done(
            prepare(
                "merge",
                people.toString(),
                "mine2",
                "--skeleton",
                "lsp14",
                "--out",
                "both",
                "--json"));
    assertThat(split(merged, "val").get("people").getAsInt()).isEqualTo(2 * val.size());
    assertThat(merged.get("joints").getAsInt()).isEqualTo(14);
  }

  @Test
  void mpiiFromJson() throws IOException {
    JsonArray list = new JsonArray();
    for (Person person : val) {
      JsonObject one = new JsonObject();
      one.addProperty("image", person.image());
      one.addProperty("scale", person.scale() / 1.25);
      JsonArray joints = new JsonArray();
      JsonArray visible = new JsonArray();
      for (int k = 0; k < 16; k++) {
        joints.add(pair(person.x()[k] + 1, person.y()[k] + 1));
        visible.add(1);
      }
      one.add("joints", joints);
      one.add("joints_vis", visible);
      one.add("center", pair(person.centerX() + 1, person.centerY() + 1 - 12 * person.scale()));
      list.add(one);
    }
    Files.writeString(folder.resolve("valid.json"), list.toString());
    String[] mpii = {
      "--annotations", "valid.json", "--images", people.resolve("images").toString(), "--out", "m"
    };
    BinSadi.Result dry = prepare("mpii", with(mpii, "--dry-run"));
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.err()).contains("pckh cannot be measured");
    assertThat(folder.resolve("m")).doesNotExist();
    JsonObject result = done(prepare("mpii", with(mpii, "--val-list", "valid.json", "--json")));
    assertThat(split(result, "val").get("people").getAsInt()).isEqualTo(val.size());
    Person first = DatasetReader.people(DatasetReader.read(folder.resolve("m")), "val").get(0);
    assertThat(first.centerY()).isEqualTo(val.get(0).centerY(), within(1e-3));
    assertThat(first.scale()).isEqualTo(val.get(0).scale(), within(1e-6));
    assertThat(first.x()[5]).isEqualTo(val.get(0).x()[5], within(1e-3f));
  }

  private static JsonElement pair(double x, double y) {
    JsonArray pair = new JsonArray();
    pair.add(x);
    pair.add(y);
    return pair;
  }

  private static String[] with(String[] args, String... more) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(args), java.util.Arrays.stream(more))
        .toArray(String[]::new);
  }

  /** What is wrong is told by the exit code, and nothing is left behind. */
  @Test
  void faultsEndAStrictPreparation() throws IOException {
    Path images = Files.createDirectories(folder.resolve("photos"));
    for (Person person : val.subList(0, 3)) {
      byte[] photo = Files.readAllBytes(people.resolve("images").resolve(person.image()));
      int length = person == val.get(1) ? photo.length / 2 : photo.length;
      Files.write(images.resolve(person.image()), java.util.Arrays.copyOf(photo, length));
    }
    String[] coco = {
      "--annotations",
      people.resolve("annotations/val.json").toString(),
      "--images",
      "photos",
      "--split",
      "val=1-3",
      "--out",
      "strict"
    };
    BinSadi.Result strict = prepare("coco", with(coco, "--check", "fail", "-q"));
    assertThat(strict.exitCode()).isEqualTo(3);
    assertThat(strict.errLines()).last().asString().contains("1 x image broken");
    assertThat(TinyRun.filesIn(folder)).noneMatch(name -> name.startsWith("strict"));
    JsonObject lenient = done(prepare("coco", with(coco, "--check", "missing=fail", "--json")));
    assertThat(lenient.getAsJsonObject("left_out").get("image broken").getAsInt()).isEqualTo(1);
    assertThat(folder.resolve("strict/left_out.csv")).content().contains("cut off");
    assertThat(prepare("coco", with(coco, "--check", "ignore")).exitCode()).isEqualTo(2);
    assertThat(prepare("coco", with(coco, "--pack", "1")).exitCode()).isEqualTo(3);
    assertThat(prepare("coco", with(coco, "--previews", "-3")).exitCode()).isEqualTo(3);
  }
}
