package io.sadi.predict.output;

import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.input.MpiiTestImages;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Sink;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/**
 * A submission to MPII, {@code pred_keypoints_mpii.mat}: the struct array {@code pred} of the test
 * images, with {@code pred(i).annorect(j).annopoints.point(k)} of {@code x}, {@code y} (1-based
 * pixels) and {@code id} (0-based, MPII's order of joints). Beside that it repeats what MPII's
 * evaluatePCKh.m finds people by: image names, {@code objpos} and {@code scale}.
 */
public final class MpiiMatWriter implements PredictionsWriter {
  private static final List<String> JOINTS = Skeleton.mpii16().joints();

  private static final int HEADER_BYTES = 128;
  private static final int DESCRIPTION_BYTES = 116;
  private static final short VERSION = 0x0100;
  private static final short ENDIAN_INDICATOR = 0x4D49;

  private record Key(String image, int person) {}

  private final OutputStream out;
  private final MpiiTestImages test;

  /** Where each of MPII's joints stands in a prediction, [16]. */
  private final int[] places;

  private final Map<Key, Prediction> predictions = new HashMap<>();

  /** The joints' numbers, which all people share. */
  private final Array[] ids = new Array[JOINTS.size()];

  /**
   * @param joints of the predictions, MPII's among them
   */
  MpiiMatWriter(OutputStream out, MpiiTestImages test, List<String> joints) {
    this.out = out;
    this.test = test;
    this.places = JOINTS.stream().mapToInt(joints::indexOf).toArray();
    Arrays.setAll(ids, Mat5::newScalar);
  }

  /** Refuses a model that does not find MPII's joints. */
  public static void checkJoints(List<String> joints, Object model) {
    for (String joint : JOINTS) {
      if (!joints.contains(joint)) {
        throw BadInputException.at(
            model, "no joint " + joint, "MPII's 16 joints", "a submission needs all of them");
      }
    }
  }

  @Override
  public void write(FoundImage image) {
    for (FoundPerson person : image.people()) {
      predictions.put(
          new Key(MpiiTestImages.fileName(image.name()), person.place().person()), person.joints());
    }
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    out.write(header());
    Struct pred = pred();
    int size = Mat5.getSerializedSize("pred", pred);
    // Compressing needs to go back to where it began, and may add a little.
    ByteBuffer bytes = ByteBuffer.allocate(size + size / 1000 + 1024);
    try (Sink sink = Sinks.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)) {
      Mat5.newWriter(sink).writeArray("pred", pred).flush();
    }
    out.write(bytes.array(), 0, bytes.position());
    out.flush();
  }

  /** Without the day that the library would write: the same predictions are the same bytes. */
  private static byte[] header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(header.array(), 0, DESCRIPTION_BYTES, (byte) ' ');
    header.put("MATLAB 5.0 MAT-file, written by sadi".getBytes(StandardCharsets.US_ASCII));
    // Between the description and these are 8 zeros: no data of subsystems.
    header.putShort(HEADER_BYTES - 4, VERSION).putShort(HEADER_BYTES - 2, ENDIAN_INDICATOR);
    return header.array();
  }

  private Struct pred() {
    Struct pred = Mat5.newStruct(1, test.images().size());
    for (int i = 0; i < test.images().size(); i++) {
      MpiiTestImages.TestImage image = test.images().get(i);
      Struct name = Mat5.newStruct();
      name.set("name", Mat5.newString(image.name()));
      pred.set("image", i, name);
      pred.set("annorect", i, people(image));
    }
    return pred;
  }

  private Array people(MpiiTestImages.TestImage image) {
    List<MpiiTestImages.TestPerson> people = image.people();
    if (people.isEmpty()) {
      return Mat5.EMPTY_MATRIX;
    }
    Struct rects = Mat5.newStruct(1, people.size());
    for (int j = 0; j < people.size(); j++) {
      MpiiTestImages.TestPerson person = people.get(j);
      rects.set(
          "scale",
          j,
          Double.isNaN(person.scale()) ? Mat5.EMPTY_MATRIX : Mat5.newScalar(person.scale()));
      rects.set("objpos", j, Double.isNaN(person.x()) ? Mat5.EMPTY_MATRIX : position(person));
      rects.set("annopoints", j, joints(predictions.get(new Key(image.name(), image.first() + j))));
    }
    return rects;
  }

  private static Struct position(MpiiTestImages.TestPerson person) {
    Struct position = Mat5.newStruct();
    position.set("x", Mat5.newScalar(person.x()));
    position.set("y", Mat5.newScalar(person.y()));
    return position;
  }

  /** MATLAB's coordinates begin at 1. */
  private Array joints(@Nullable Prediction prediction) {
    if (prediction == null) {
      return Mat5.EMPTY_MATRIX; // MPII's evaluation counts all joints as wrong
    }
    Struct points = Mat5.newStruct(1, places.length);
    for (int k = 0; k < places.length; k++) {
      points.set("x", k, Mat5.newScalar(prediction.x()[places[k]] + 1.0));
      points.set("y", k, Mat5.newScalar(prediction.y()[places[k]] + 1.0));
      points.set("id", k, ids[k]);
    }
    Struct annopoints = Mat5.newStruct();
    annopoints.set("point", points);
    return annopoints;
  }
}
