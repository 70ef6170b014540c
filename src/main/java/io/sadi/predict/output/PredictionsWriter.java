package io.sadi.predict.output;

import com.google.gson.JsonObject;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes found people as they come: images in their order, then what went wrong. */
public interface PredictionsWriter {
  /** Decimals of pixels: a thousandth is less than any annotation is sure of. */
  int PIXEL_DECIMALS = 3;

  /** Decimals of scores from 0 to 1. */
  int SCORE_DECIMALS = 4;

  /** Decimals of seconds: less than a frame of the fastest cameras. */
  int TIME_DECIMALS = 6;

  /** Adds an image. */
  void write(FoundImage image) throws IOException;

  /** Ends the document and hands everything to the stream, which stays open. */
  void finish(List<InputFailure> failures) throws IOException;

  /** How sure the detector was of the box, {@code box_score}, where that is known. */
  static void addBoxScore(JsonObject object, FoundPerson person) {
    double score = person.place().score();
    if (!Double.isNaN(score)) {
      object.add("box_score", Json.number(score, SCORE_DECIMALS));
    }
  }

  /** Which frame an image is, {@code frame} and {@code time}, where it is one. */
  static void addFrame(JsonObject object, FoundImage image) {
    FrameTime frame = image.frame();
    if (frame != null) {
      object.addProperty("frame", frame.number());
      object.add("time", Json.number(frame.seconds(), TIME_DECIMALS));
    }
  }

  /** Who of a film a person is, {@code track}, where that is known. */
  static void addTrack(JsonObject object, FoundPerson person) {
    if (person.track() != FoundPerson.NO_TRACK) {
      object.addProperty("track", person.track());
    }
  }

  /** UTF-8 text onto a stream. */
  static BufferedWriter text(OutputStream out) {
    return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
  }
}
