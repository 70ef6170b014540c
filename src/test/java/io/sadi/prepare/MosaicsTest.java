package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.CocoFile;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.Interruption;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.prepare.Mosaics.MosaicRule;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MosaicsTest {
  @TempDir Path folder;

  private static JsonObject annotation(int id, int image, int crowd) {
    JsonObject annotation = new JsonObject();
    annotation.addProperty("id", id);
    annotation.addProperty("image_id", image);
    annotation.addProperty("category_id", 1);
    annotation.addProperty("iscrowd", crowd);
    JsonArray box = new JsonArray();
    List.of(4, 5, 20, 10).forEach(box::add);
    annotation.add("bbox", box);
    annotation.addProperty("area", 50);
    return annotation;
  }

  /** A thousand pictures are minutes: a process that is told to end does not draw them all. */
  @Test
  void stopsAfterThePictureThatItIsAt() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path out = folder.resolve("mosaics");
    AtomicLong drawn = new AtomicLong();
    Progress progress =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            return new Work() {
              @Override
              public void advance(long steps) {
                drawn.addAndGet(steps);
                Interruption.request();
              }

              @Override
              public void message(String text) {}

              @Override
              public void close() {}
            };
          }

          @Override
          public void note(String line) {}

          @Override
          public void warn(String line) {}
        };
    assertThatThrownBy(
            () ->
                new Mosaics(data, new MosaicRule("train", 50, 4, 96, 1))
                    .run(new DatasetOutput(out, false, false, Map.of()), 0, progress))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(drawn).hasValue(1);
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("mosaics.part")).doesNotExist();
  }

  /** A photo fills whole pixels of its picture, and so does a box around it. */
  @Test
  void aBoxAroundAPhotoStaysAroundIt() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path file = data.resolve("annotations/train.json");
    Files.writeString(
        file, Files.readString(file).replaceAll("\"bbox\":\\[[^]]*]", "\"bbox\":[0,0,48,48]"));
    Path out = folder.resolve("mosaics");
    new Mosaics(data, new MosaicRule("train", 4, 4, 200, 1))
        .run(new DatasetOutput(out, false, false, Map.of()), 0, Progress.NONE);
    List<Person> people = DatasetReader.people(DatasetReader.read(out), "train");
    assertThat(people).hasSizeGreaterThan(7);
    for (Person person : people) {
      for (double edge :
          new double[] {
            person.box().x(), person.box().y(), person.box().width(), person.box().height()
          }) {
        assertThat(edge).isCloseTo(Math.rint(edge), org.assertj.core.data.Offset.offset(1e-5));
      }
      assertThat(person.box().x() + person.box().width()).isBetween(1.0, 200.0);
    }
  }

  /** Whoever is pasted can be found: who has a box alone, and a crowd, which need not be. */
  @Test
  void everybodyWhoIsShownIsLabelled() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path file = data.resolve("annotations/train.json");
    JsonObject coco = Json.readObject(file);
    JsonArray annotations = coco.getAsJsonArray("annotations");
    int image = annotations.get(0).getAsJsonObject().get("image_id").getAsInt();
    annotations.add(annotation(901, image, 0));
    annotations.add(annotation(902, image, 1));
    for (int i = 0; i < coco.getAsJsonArray("images").size(); i++) { // sizes may be unknown
      coco.getAsJsonArray("images").get(i).getAsJsonObject().addProperty("width", 0);
      coco.getAsJsonArray("images").get(i).getAsJsonObject().addProperty("height", 0);
    }
    Files.writeString(file, Json.compact(coco));
    Path out = folder.resolve("mosaics");
    new Mosaics(data, new MosaicRule("train", 12, 4, 96, 1))
        .run(new DatasetOutput(out, false, false, Map.of()), 0, Progress.NONE);
    Dataset made = DatasetReader.read(out);
    CocoFile mosaics = DatasetReader.file(made, "train");
    long crowds = mosaics.everybody().stream().filter(Person::crowd).count();
    long boxed = mosaics.everybody().stream().filter(p -> p.ignored() && !p.crowd()).count();
    assertThat(crowds).isPositive().isEqualTo(boxed);
    for (Person person : mosaics.everybody()) {
      if (person.ignored()) {
        assertThat(person.source()).isNotNull();
        assertThat(person.source().area())
            .as("a quarter of the box, as it was")
            .isCloseTo(person.box().area() / 4, org.assertj.core.data.Offset.offset(0.5));
      }
    }
  }
}
