package io.sadi.predict.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.input.Boxes;
import io.sadi.predict.input.MpiiTestImages;
import io.sadi.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/** A submission is sent off once and scored by others: what they look for must be in it. */
class MpiiMatWriterTest {
  private final Path folder;

  MpiiMatWriterTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static Array numbers(double... values) {
    Matrix matrix = Mat5.newMatrix(1, values.length);
    for (int i = 0; i < values.length; i++) {
      matrix.setDouble(i, values[i]);
    }
    return matrix;
  }

  /** Somebody at (x, 2x), or nowhere. */
  private static void person(Struct rects, int j, double x) {
    Struct position = Mat5.newStruct();
    position.set("x", Mat5.newScalar(x));
    position.set("y", Mat5.newScalar(2 * x));
    rects.set("objpos", j, x > 0 ? position : Mat5.EMPTY_MATRIX);
    rects.set("scale", j, x > 0 ? Mat5.newScalar(x / 100) : Mat5.EMPTY_MATRIX);
  }

  /**
   * RELEASE as MPII has it: a training image; a test image with three people, of whom the first and
   * third stand apart and the second has no position; one with nobody; the first one again with a
   * fourth person.
   */
  private Path release() throws IOException {
    Struct three = Mat5.newStruct(1, 3);
    person(three, 0, 110);
    person(three, 1, 0);
    person(three, 2, 130);
    Struct fourth = Mat5.newStruct();
    person(fourth, 0, 140);
    String[] names = {"train.jpg", "a.jpg", "nobody.jpg", "a.jpg"};
    Array[] rects = {fourth, three, Mat5.newStruct(0, 0), fourth};
    Array[] apart = {numbers(1), numbers(1, 3), numbers(), numbers(1)};
    Struct annolist = Mat5.newStruct(1, names.length);
    Cell single = Mat5.newCell(names.length, 1);
    for (int i = 0; i < names.length; i++) {
      Struct image = Mat5.newStruct();
      image.set("name", Mat5.newString(names[i]));
      annolist.set("image", i, image);
      annolist.set("annorect", i, rects[i]);
      single.set(i, apart[i]);
    }
    Struct release = Mat5.newStruct();
    release.set("annolist", annolist);
    release.set("img_train", numbers(1, 0, 0, 0));
    release.set("single_person", single);
    Path file = folder.resolve("release.mat");
    try (var content = Mat5.newMatFile().addArray("RELEASE", release);
        var sink = Sinks.newStreamingFile(file.toFile())) {
      Mat5.newWriter(sink).writeMat(content);
    }
    return file;
  }

  /** Joint k of MPII's order at (100 n + k, k). */
  private static FoundPerson found(String image, int n, List<String> joints) {
    Prediction prediction = Prediction.empty(image, n, joints.size());
    for (int k = 0; k < 16; k++) {
      int place = joints.indexOf(Skeleton.mpii16().joints().get(k));
      prediction.x()[place] = 100 * n + k;
      prediction.y()[place] = k;
    }
    return new FoundPerson(PersonBox.of(n, new Box(0, 0, 10, 10)), prediction, null);
  }

  private byte[] write(List<String> joints, FoundImage... images) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PredictionsWriter writer =
        PredictionsFormat.MPII_MAT.writer(
            out,
            new ModelInfo(new JsonObject(), Skeleton.named(joints, List.of(), "test")),
            Map.of(),
            MpiiTestImages.read(release()),
            ExtraColumns.NONE);
    for (FoundImage image : images) {
      writer.write(image);
    }
    writer.finish(List.of());
    return out.toByteArray();
  }

  private MatArray pred(byte[] bytes) throws IOException {
    Path file = folder.resolve("pred_keypoints_mpii.mat");
    Files.write(file, bytes);
    return MatFile.read(file, "pred");
  }

  @Test
  void everyTestImageIsThereWithItsPeopleInTheFilesOrder() throws IOException {
    List<String> joints = new ArrayList<>(Skeleton.mpii16().joints());
    Collections.reverse(joints); // a model's own order
    FoundImage image =
        new FoundImage(
            "images/a.jpg", 10, 10, List.of(found("a.jpg", 0, joints), found("a.jpg", 3, joints)));
    MatArray pred = pred(write(joints, image, new FoundImage("else.jpg", 1, 1, List.of())));

    assertThat(pred.dimensions()).containsExactly(1, 3); // as many as test images
    assertThat(pred.field(0, "image").field(0, "name").text()).isEqualTo("a.jpg");
    assertThat(pred.field(1, "image").field(0, "name").text()).isEqualTo("nobody.jpg");
    assertThat(pred.field(1, "annorect").size()).isZero();

    MatArray three = pred.field(0, "annorect");
    assertThat(three.dimensions()).containsExactly(1, 3);
    // flatten_annolist.m takes those with a position, and must take the same as in the annotations.
    assertThat(three.field(0, "objpos").field(0, "y").number(0)).isEqualTo(220);
    assertThat(three.field(1, "objpos").isEmpty()).isTrue();
    assertThat(three.field(2, "scale").number(0)).isEqualTo(1.3);
    // annolist2matrix.m takes points by id.
    MatArray points = three.field(0, "annopoints").field(0, "point");
    assertThat(points.dimensions()).containsExactly(1, 16);
    for (int k = 0; k < 16; k++) {
      assertThat(points.field(k, "id").number(0)).isEqualTo(k);
      assertThat(points.field(k, "x").number(0)).isEqualTo(k + 1); // MATLAB's pixels begin at 1
      assertThat(points.field(k, "y").number(0)).isEqualTo(k + 1);
    }
    assertThat(three.field(2, "annopoints").isEmpty()).as("nothing was predicted").isTrue();
    // The image's second entry goes on counting its people.
    MatArray fourth = pred.field(2, "annorect").field(0, "annopoints").field(0, "point");
    assertThat(fourth.field(0, "x").number(0)).isEqualTo(301);
  }

  @Test
  void theSamePredictionsAreTheSameBytes() throws IOException {
    List<String> joints = Skeleton.mpii16().joints();
    FoundImage image = new FoundImage("a.jpg", 1, 1, List.of(found("a.jpg", 2, joints)));
    assertThat(write(joints, image)).isEqualTo(write(joints, image));
  }

  @Test
  void whoIsMissingIsCounted() throws IOException {
    MpiiTestImages test = MpiiTestImages.read(release());
    assertThat(test.scored()).isEqualTo(3);
    PersonBox first = PersonBox.of(0, new Box(0, 0, 1, 1));
    PersonBox fourth = PersonBox.of(3, new Box(0, 0, 1, 1));
    List<InputImage> inputs = List.of(new InputImage("i/a.jpg", Path.of("i/a.jpg")));
    assertThat(test.scoredAmong(inputs, new Boxes(Map.of("i/a.jpg", List.of(first)), Map.of())))
        .isEqualTo(1);
    assertThat(
            test.scoredAmong(
                inputs, new Boxes(Map.of("i/a.jpg", List.of(first, fourth)), Map.of())))
        .isEqualTo(2);
    assertThat(test.scoredAmong(inputs, new Boxes(Map.of("a.jpg", List.of(first)), Map.of())))
        .isZero();
  }

  @Test
  void anotherSkeletonIsRefused() {
    assertThatThrownBy(() -> MpiiMatWriter.checkJoints(Skeleton.lsp14().joints(), "m.safetensors"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.safetensors: found no joint pelvis, expected MPII's 16 joints; a submission needs"
                + " all of them");
  }

  @Test
  void mpiisOwnFileIsRead() throws IOException {
    MpiiTestImages test =
        MpiiTestImages.read(Shared.require("data/mpii/mpii_human_pose_v1_u12_mini.mat"));
    assertThat(test.images()).hasSize(6);
    assertThat(test.scored()).isEqualTo(5);
    assertThat(test.images().get(0).name()).isEqualTo("099990000.jpg");
    assertThat(test.images().get(5).people()).isEmpty();
  }
}
