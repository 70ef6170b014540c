package io.sadi.predict.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.checkpoint.Decode;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.predict.PredictionJob;
import io.sadi.predict.PredictionRequest;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.testing.TestModels;
import io.sadi.torch.CpuFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What several processes find together is what one would have found. */
class MergeTest {
  private static final int IMAGES = 11;

  @TempDir private static Path shared;
  private static Path model;
  private static List<String> images;
  private static Path boxes;

  @TempDir private Path folder;

  @BeforeAll
  static void makeModelAndImages() throws IOException {
    model = TestModels.write(shared.resolve("model.safetensors"));
    images = new ArrayList<>();
    StringBuilder rows = new StringBuilder("image,x,y,w,h\n");
    for (int i = 0; i < IMAGES; i++) {
      byte[] pixels = new byte[(30 + i) * 40 * 3];
      new Random(i).nextBytes(pixels);
      Path file = shared.resolve("bild " + i + ".png");
      try (Image image = Image.of(pixels, 30 + i, 40)) {
        image.writePng(file);
      }
      images.add(file.toString());
      for (int person = 0; person < i % 3; person++) { // nobody in every third
        rows.append(file).append(",2,3,").append(20 + person).append(",30\n");
      }
    }
    images.add(4, shared.resolve("broken.png").toString());
    rows.append(images.get(4)).append(",1,1,9,9\n");
    Files.writeString(shared.resolve("broken.png"), "no image");
    boxes = Files.writeString(shared.resolve("boxes.csv"), rows.toString());
  }

  private static PredictionOutcome predict(
      Path out, Shard shard, List<String> inputs, Path boxes, Decode decode) throws IOException {
    return predict(out, shard, inputs, boxes, decode, "fp32", 4);
  }

  private static PredictionOutcome predict(
      Path out,
      Shard shard,
      List<String> inputs,
      Path boxes,
      Decode decode,
      String precision,
      int batch)
      throws IOException {
    PredictionRequest request =
        new PredictionRequest(
            model,
            inputs,
            boxes,
            decode,
            1,
            new InferenceConfig("cpu", precision, batch, 1, false, Refine.QUARTER),
            shard,
            PredictionOutput.file(out, Existing.REFUSE));
    return PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(new ByteArrayOutputStream(), Progress.NONE);
  }

  private static void predict(Path out, Shard shard, List<String> inputs, Existing existing)
      throws IOException {
    PredictionRequest request =
        new PredictionRequest(
            model,
            inputs,
            null,
            Decode.FUSED,
            1,
            new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER),
            shard,
            PredictionOutput.file(out, existing));
    PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(new ByteArrayOutputStream(), Progress.NONE);
  }

  private List<Path> parts(int count, String extension, Path boxes) throws IOException {
    List<Path> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      Path part = folder.resolve("part" + i + "." + extension);
      predict(part, new Shard(i, count), images, boxes, Decode.FUSED);
      parts.add(part);
    }
    return parts;
  }

  private static PredictionOutcome merge(List<Path> parts, Path out) throws IOException {
    try (Merge merge = Merge.of(parts, false)) {
      return merge.write(
          out, new ByteArrayOutputStream(), PredictionsFormat.of(out), null, Progress.NONE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "jsonl", "coco.json"})
  void mergedPartsAreTheSameBytesAsOneRun(String extension) throws IOException {
    for (Path people : new Path[] {null, boxes}) {
      Path whole = folder.resolve("whole." + extension);
      PredictionOutcome undisturbed = predict(whole, null, images, people, Decode.FUSED);
      List<Path> parts = parts(3, extension, people);
      Collections.reverse(parts);
      Path out = folder.resolve("merged." + extension);
      PredictionOutcome merged = merge(parts, out);
      assertThat(out).hasSameBinaryContentAs(whole);
      assertThat(merged).isEqualTo(undisturbed);
      assertThat(merged.failures()).hasSize(1);
      // A part is a file of its format like any other; the format of the whole is another matter.
      try (Merge merge = Merge.of(parts, false)) {
        Path csv = folder.resolve("merged.csv");
        merge.write(csv, new ByteArrayOutputStream(), PredictionsFormat.CSV, null, Progress.NONE);
        assertThat(Files.readAllLines(csv)).hasSize(1 + undisturbed.people());
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void everyImageIsInOnePartWhateverTheOrderAndTheCompany() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int i = 1; i <= 3; i++) {
      Path part = folder.resolve(i + ".csv");
      List<String> shuffled = new ArrayList<>(images);
      Collections.shuffle(shuffled, new Random(i));
      predict(part, new Shard(i, 3), shuffled, null, Decode.FUSED);
      List<String> rows = Files.readAllLines(part);
      for (String row : rows.subList(1, rows.size())) {
        String image = row.substring(0, row.indexOf(','));
        assertThat(seen.add(image)).as(image + " is in one part").isTrue();
      }
    }
    assertThat(seen).hasSize(IMAGES);
    List<String> said = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            return Work.NONE;
          }

          @Override
          public void note(String line) {}

          @Override
          public void warn(String line) {
            said.add(line);
          }
        };
    Path merged = folder.resolve("merged.csv");
    List<Path> parts = Stream.of(1, 2, 3).map(i -> folder.resolve(i + ".csv")).toList();
    try (Merge merge = Merge.of(parts, false)) {
      merge.write(merged, new ByteArrayOutputStream(), PredictionsFormat.CSV, null, progress);
    }
    assertThat(said)
        .first()
        .asString()
        .contains("in different orders; merged in the order of names");
    List<String> rows = Files.readAllLines(merged);
    assertThat(rows.subList(1, rows.size())).hasSize(IMAGES).isSorted();
  }

  /** The id of each image that people were found in. */
  private static Collection<CocoId> ids(Path results) throws IOException {
    Map<String, CocoId> ids = new HashMap<>();
    for (JsonElement result : Json.read(results).getAsJsonArray()) {
      JsonObject person = result.getAsJsonObject();
      ids.put(person.get("file_name").getAsString(), CocoId.of(person.get("image_id").getAsLong()));
    }
    return ids.values();
  }

  /**
   * A part's place of an image is not that of another part with another order: two images must not
   * get one id, and each the one that a single run over the sorted images gives it.
   */
  @Test
  void imagesHaveTheIdsOfOneRunWhateverTheOrderOfTheParts() throws IOException {
    List<String> sorted = images.stream().sorted(Inputs.CODE_POINTS).toList();
    for (Path people : new Path[] {null, boxes}) {
      Path whole = folder.resolve("whole.coco.json");
      predict(whole, null, sorted, people, Decode.FUSED);
      for (int seed = 0; seed < 2; seed++) {
        Random random = new Random(seed);
        List<Path> parts = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (int i = 1; i <= count; i++) {
          List<String> order = new ArrayList<>(images);
          if (seed == 0) {
            Collections.shuffle(order, random);
          } else {
            Collections.rotate(order, random.nextInt(IMAGES));
          }
          Path part = folder.resolve(seed + "-" + i + ".csv");
          predict(part, new Shard(i, count), order, people, Decode.FUSED);
          parts.add(part);
        }
        Path merged = folder.resolve(seed + ".coco.json");
        merge(parts, merged);
        assertThat(ids(merged)).as("ids of images, seed %d", seed).doesNotHaveDuplicates();
        assertThat(merged).as("seed %d", seed).hasSameBinaryContentAs(whole);
        for (Path part : parts) {
          Files.delete(part);
          Files.delete(Merge.companion(part));
          Files.deleteIfExists(AtomicFile.part(part)); // of the broken image
        }
        Files.delete(merged);
      }
      Files.delete(whole);
      Files.deleteIfExists(AtomicFile.part(whole));
    }
  }

  /** A part of a job whose inputs have these names, in this order. */
  private static void write(
      Path part, Shard shard, List<String> names, ImageIds ids, Function<String, FoundImage> found)
      throws IOException {
    ModelInfo about = new ModelInfo(new JsonObject(), Skeleton.lsp14());
    try (Journal journal = Journal.open(AtomicFile.part(part), new JsonObject(), false)) {
      List<Place> places = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        if (shard.holds(name)) {
          journal.add(found.apply(name));
          places.add(new Place(i, name, ids.byName().get(name)));
        }
      }
      WholeJob job =
          WholeJob.of(shard, names, ids.places(), ExtraColumns.NONE, ids.byName(), about);
      journal.finish(Journal.shard(part), job, List.of(), places);
      journal.delete();
    }
  }

  @Test
  void imagesMayBeNamedInAnyScript() throws IOException {
    List<String> names = List.of("gr\u00fcn.png", "\u5199\u771f.jpg", "\ud83d\ude00.png", "b.png");
    List<Path> parts = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      Path part = folder.resolve(i + ".csv");
      ImageIds ids = new ImageIds(ImageIds.places(names), true);
      write(part, new Shard(i, 2), names, ids, name -> new FoundImage(name, 3, 4, List.of()));
      parts.add(part);
    }
    Path out = folder.resolve("merged.jsonl");
    assertThat(merge(parts, out).images()).isEqualTo(names.size());
    assertThat(Files.readAllLines(out))
        .allSatisfy(line -> assertThat(names).anyMatch(line::contains));
  }

  /**
   * Who has no id gets one that no image of the boxes' file has, also of those not in the input.
   */
  @Test
  void aMergedDatasetHasTheIdsOfOneRun() throws IOException {
    Path given = folder.resolve("given.json");
    Files.writeString(
        given,
        """
        {"images": [{"id": 1, "file_name": "elsewhere.png"}, {"id": 3, "file_name": "%s"}],
         "categories": [{"id": 1, "name": "person"}],
         "annotations": [{"id": 1, "image_id": 3, "category_id": 1, "bbox": [2, 3, 20, 30]}]}
        """
            .formatted(images.get(2)));
    Path whole = folder.resolve("whole.json");
    PredictionRequest request =
        new PredictionRequest(
            model,
            images,
            given,
            Decode.FUSED,
            1,
            new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER),
            null,
            new PredictionOutput(
                whole,
                null,
                PredictionsFormat.COCO_DATASET,
                null,
                null,
                null,
                null,
                null,
                Existing.REFUSE));
    PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(new ByteArrayOutputStream(), Progress.NONE);
    Path merged = folder.resolve("merged.json");
    try (Merge merge = Merge.of(parts(3, "csv", given), false)) {
      merge.write(
          merged, new ByteArrayOutputStream(), PredictionsFormat.COCO_DATASET, null, Progress.NONE);
    }
    assertThat(whole)
        .content()
        .contains("{\"id\":2,\"file_name\"")
        .doesNotContain("\"id\":1,\"file");
    assertThat(merged).hasSameBinaryContentAs(whole);
  }

  /** Any names, any orders, any number of parts. */
  @Test
  void idsAreThoseOfOneRunOverTheMergedOrder() throws IOException {
    for (int seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      boolean named = random.nextInt(4) == 0; // as COCO's images are
      List<String> names = new ArrayList<>();
      for (int i = 1 + random.nextInt(9); i > 0; i--) {
        names.add((named ? "00" : "a/") + (char) ('0' + i) + ".jpg");
      }
      int count = 1 + random.nextInt(5);
      boolean shuffled = random.nextInt(4) > 0;
      Collections.shuffle(names, random);
      List<Path> parts = new ArrayList<>();
      List<List<String>> orders = new ArrayList<>();
      for (int i = 1; i <= count; i++) {
        List<String> order = new ArrayList<>(names);
        if (shuffled) {
          Collections.shuffle(order, random);
        }
        orders.add(order);
        ImageIds ids = ImageIds.of(order);
        Path part = folder.resolve(seed + "-" + i);
        write(part, new Shard(i, count), order, ids, MergeTest::somebodyIn);
        parts.add(part);
      }
      Path out = folder.resolve(seed + ".coco.json");
      merge(parts, out);
      boolean same = orders.stream().distinct().count() == 1;
      List<String> merged =
          same ? orders.get(0) : names.stream().sorted(Inputs.CODE_POINTS).toList();
      assertThat(ids(out))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(ImageIds.of(merged).byName().values());
      List<String> inOrder = new ArrayList<>();
      for (JsonElement result : Json.read(out).getAsJsonArray()) {
        JsonObject person = result.getAsJsonObject();
        String name = person.get("file_name").getAsString();
        inOrder.add(name);
        assertThat(ImageIds.of(merged).byName())
            .as("seed %d", seed)
            .containsEntry(name, CocoId.of(person.get("image_id").getAsLong()));
      }
      assertThat(inOrder).isEqualTo(merged);
    }
  }

  private static FoundImage somebodyIn(String image) {
    Prediction joints = Prediction.empty(image, 0, 14);
    PersonBox place = new PersonBox(0, new Box(0, 0, 3, 4), 1, 2, 0.1);
    return new FoundImage(image, 3, 4, List.of(new FoundPerson(place, joints, null)));
  }

  /** The column is the whole's, though a part may have nobody, or the first one no scores. */
  @Test
  void theBoxesScoresAreMerged() throws IOException {
    List<String> rows = new ArrayList<>(Files.readAllLines(boxes));
    rows.set(0, rows.get(0) + ",score");
    for (int i = 1; i < rows.size(); i++) {
      rows.set(i, rows.get(i) + (i == 1 ? "," : ",0." + (i + 10)));
    }
    Path scored = Files.write(folder.resolve("scored.csv"), rows);
    Path whole = folder.resolve("whole.csv");
    predict(whole, null, images, scored, Decode.FUSED);
    assertThat(whole).content().contains("box_h,box_score,").contains(",0.15,").contains("30,,");
    merge(parts(5, "csv", scored), folder.resolve("merged.csv"));
    assertThat(folder.resolve("merged.csv")).hasSameBinaryContentAs(whole);
  }

  @Test
  void morePartsThanImagesAreFine() throws IOException {
    Path whole = folder.resolve("whole.json");
    predict(whole, null, images.subList(0, 2), null, Decode.FUSED);
    List<Path> parts = new ArrayList<>();
    for (int i = 1; i <= 7; i++) {
      Path part = folder.resolve(i + ".json");
      predict(part, new Shard(i, 7), images.subList(0, 2), null, Decode.FUSED);
      parts.add(part);
    }
    merge(parts, folder.resolve("merged.json"));
    assertThat(folder.resolve("merged.json")).hasSameBinaryContentAs(whole);
  }

  private static final String BEFORE =
      "{'schema_version':2,'shard':'2/4','inputs':12,'entries':3}".replace('\'', '"');

  private void refuses(List<Path> parts, String message) {
    Path out = folder.resolve("merged.csv");
    assertThatThrownBy(() -> merge(parts, out))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void whatIsMissingOrDoesNotBelongIsSaid() throws IOException {
    List<Path> parts = parts(4, "csv", null);
    Path first = parts.get(0);
    Path second = parts.get(1);
    refuses(List.of(second), "parts 1/4, 3/4, 4/4 are missing: found 1 of 4");
    refuses(List.of(first, second, first), "are both part 1/4");
    assertThatThrownBy(() -> merge(parts, first)).hasMessageContaining("part1.csv: found a part");
    refuses(List.of(first, folder.resolve("none.csv")), "none.csv: no such file");

    Path other = folder.resolve("other.csv");
    predict(other, new Shard(2, 4), images.subList(0, 7), null, Decode.FUSED);
    refuses(
        List.of(first, other),
        "other.csv.shard: found a part of 7 inputs, expected of the same 12");
    Path mu = folder.resolve("mu.csv");
    predict(mu, new Shard(2, 4), images, null, Decode.MU);
    refuses(List.of(first, mu), "mu.csv.shard: decode: found \"mu\", expected \"fused\" as in");
    Path half = folder.resolve("half.csv");
    predict(half, new Shard(2, 2), images, null, Decode.FUSED);
    refuses(List.of(first, half), "half.csv.shard: found part 2/2, expected one of 4");

    Path companion = Merge.companion(second);
    byte[] whole = Files.readAllBytes(companion);
    Files.write(companion, Arrays.copyOf(whole, whole.length - 40));
    refuses(parts, "part2.csv.shard: found");
    Files.writeString(companion, "{\"mine\":1}\n");
    refuses(parts, "part2.csv.shard: damaged");
    // Of the version before, which had a format of its own.
    Files.write(companion, JsonLines.line(JsonParser.parseString(BEFORE).getAsJsonObject()));
    refuses(
        parts, "part2.csv.shard: found schema_version 2 of another version of SADI, expected 3");
    Files.delete(companion);
    refuses(parts, "part2.csv.shard: no such file; 'sadi predict --shard' wrote it beside");
    Files.move(second, folder.resolve("part2.csv.part"), StandardCopyOption.REPLACE_EXISTING);
    refuses(parts, "part2.csv.part: this part is not finished");
  }

  /** Machines with and without bf16 share a job: half of the rows would be of another network. */
  @Test
  void partsThatWereComputedDifferentlyAreRefusedUnlessAskedFor() throws IOException {
    Assumptions.assumeTrue(CpuFeatures.hasBf16(), "this processor has no bf16");
    List<Path> parts = parts(2, "csv", null);
    Path bf16 = folder.resolve("bf16.csv");
    predict(bf16, new Shard(2, 2), images, null, Decode.FUSED, "bf16", 4);
    Path single = folder.resolve("single.csv");
    predict(single, new Shard(2, 2), images, null, Decode.FUSED, "fp32", 1);
    refuses(
        List.of(parts.get(0), bf16),
        "bf16.csv.shard: found images computed with precision bf16, expected precision fp32 as in "
            + parts.get(0)
            + ".shard; make it again alike, or mix the two with --allow-mixed");
    refuses(List.of(parts.get(0), single), "found images computed with batch 1, expected batch 4");
    try (Merge merge = Merge.of(List.of(parts.get(0), bf16), true)) {
      PredictionOutcome merged =
          merge.write(
              folder.resolve("merged.csv"),
              new ByteArrayOutputStream(),
              PredictionsFormat.CSV,
              null,
              Progress.NONE);
      assertThat(merged.images()).isEqualTo(IMAGES);
    }
  }

  /** A digit that a disk has changed is a joint somewhere else: it must not pass as found. */
  @Test
  void aPartThatIsDamagedAnywhereIsRefused() throws IOException {
    Path part = folder.resolve("part.csv");
    List<String> few = images.subList(3, 6); // one of them cannot be used
    predict(part, new Shard(1, 1), few, null, Decode.FUSED);
    Path companion = Merge.companion(part);
    byte[] whole = Files.readAllBytes(companion);
    merge(List.of(part), folder.resolve("whole.csv"));
    Files.write(companion, Arrays.copyOf(whole, whole.length + 7));
    refuses(List.of(part), "part.csv.shard: found 7 bytes after the last line");
    for (int at = 0; at < whole.length; at += 5) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (at % 3 == 0 ? 1 : at % 3 == 1 ? 0x41 : 0x80); // 1: of digits, digits
      Files.write(companion, damaged);
      refuses(List.of(part), "part.csv.shard");
      if (at % 2 == 0) {
        Files.write(companion, Arrays.copyOf(whole, at));
        refuses(List.of(part), "part.csv.shard");
      }
    }
  }

  /** What a process may have been killed in: the journal of the part goes on as any other. */
  @Test
  void aPartThatWentOnIsWhatItWouldHaveBeen() throws IOException {
    Path part = folder.resolve("part.csv");
    predict(part, new Shard(1, 1), images, null, Decode.FUSED);
    byte[] shard = Files.readAllBytes(Merge.companion(part));
    byte[] rows = Files.readAllBytes(part);
    String text = new String(shard, StandardCharsets.UTF_8);
    int places = text.indexOf("{\"place\"");
    assertThat(text.substring(0, places).lines()).hasSizeGreaterThan(IMAGES);
    // Before the file took its name; in the middle of a line.
    for (String begun : List.of(text, text.substring(0, places), text.substring(0, 2500))) {
      Files.delete(part);
      Files.writeString(AtomicFile.part(part), begun);
      predict(part, new Shard(1, 1), images, Existing.RESUME);
      assertThat(part).hasBinaryContent(rows);
      merge(List.of(part), folder.resolve("merged.csv"));
      assertThat(folder.resolve("merged.csv")).hasBinaryContent(rows);
    }
  }

  @Test
  void partsAreNamedByTheirNumber() {
    assertThat(Shard.parse("2/3")).isEqualTo(new Shard(2, 3)).hasToString("2/3");
    for (String wrong : List.of("0/3", "4/3", "2", "a/b", "1/0", "-1/3", "1/3/5")) {
      assertThatThrownBy(() -> Shard.parse(wrong))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--shard: found " + wrong + ", expected I/N");
    }
  }
}
