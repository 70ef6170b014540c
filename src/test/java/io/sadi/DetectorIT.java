package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.io.Json;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector of our own from its training to the joints of whom it finds, through bin/sadi. */
class DetectorIT {
  private static final String BEST = "det/checkpoints/best.safetensors";

  @TempDir private Path folder;

  private BinSadi.Result sadi(String... words) {
    return new BinSadi().in(folder).run(words);
  }

  private BinSadi.Result done(String... words) {
    BinSadi.Result result = sadi(words);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @Test
  void fromTrainingToJoints() throws IOException {
    TinyRun tiny = TinyRun.get();
    String people = tiny.folder.resolve("people").toString();
    String pose = tiny.folder.resolve("run/checkpoints/best.safetensors").toString();
    Files.writeString(
        folder.resolve("det.yaml"),
        """
        model: {input: 64, stem: 4, channels: [4, 8, 8], blocks: [1, 1, 1], features: 4}
        train: {epochs: 2, batch: 8, lr: 0.01, milestones: [2], samples: 2, threads: 1}
        """);
    List<String> train =
        List.of(
            "train", "--task", "detect", "--config", "det.yaml", "--data", people, "--out", "det");
    BinSadi.Result trained = done(train.toArray(String[]::new));
    assertThat(trained.err())
        .contains("48 people in 48 photos to learn from, 16 in 16 to validate on; a detector")
        .contains("epoch 2/2: loss ")
        .contains("AP50 ");
    assertThat(TinyRun.filesIn(folder.resolve("det")))
        .contains(
            "augmented.jpg",
            "checkpoints/best.safetensors",
            "config.yaml",
            "curves.html",
            "metrics.csv",
            "samples/epoch-002.jpg",
            "summary.json",
            "train.log");
    assertThat(Files.readAllLines(folder.resolve("det/metrics.csv")).get(0))
        .isEqualTo(
            "epoch,steps,lr,loss,loss_centre,loss_box,images,img_per_s,rss_mb,val_ap50,val_ap");
    assertThat(done("train", "--data", people, "--out", "det", "--resume").err())
        .contains("the run is complete, after epoch 2");
    assertThat(sadi("train", "--data", people, "--out", "det", "--resume", "--task", "pose").err())
        .contains("found a run of --task detect, expected one of --task pose");
    List<String> two = new ArrayList<>(train);
    two.addAll(List.of("--nproc", "2"));
    assertThat(sadi(two.toArray(String[]::new)).exitCode()).isEqualTo(2);

    assertThat(done("info", "--model", BEST, "--summary").out())
        .containsPattern("a detector of people, trained [12] epochs") // the better one
        .contains("people's boxes");
    JsonObject measured =
        Json.object(
            Json.parse(done("eval", "--model", BEST, "--data", people, "--json").out(), "eval"),
            "eval");
    assertThat(measured.get("people").getAsInt()).isEqualTo(16);
    assertThat(measured.get("AP50").getAsDouble()).isBetween(0.0, 100.0);
    assertThat(sadi("eval", "--model", BEST, "--data", people, "--flip").err())
        .contains("--flip is for joints");

    done(
        "detect",
        people + "/images",
        "--detector",
        BEST,
        "--detector-score",
        "0.01",
        "--out",
        "boxes.csv");
    assertThat(Files.readAllLines(folder.resolve("boxes.csv")).get(0))
        .isEqualTo("image,person,x,y,w,h,score");
    done(
        "predict",
        people + "/images",
        "--model",
        pose,
        "--detector",
        BEST,
        "--people",
        "one",
        "--out",
        "joints.csv",
        "--passes",
        "1");
    assertThat(Files.readAllLines(folder.resolve("joints.csv"))).hasSize(1 + 64);

    // Kinds of networks are not mixed up.
    BinSadi.Result asPose = sadi("predict", people + "/images", "--model", BEST);
    assertThat(asPose.exitCode()).isEqualTo(3);
    assertThat(asPose.err())
        .contains("found a detector, which finds people's boxes, expected a network that finds")
        .contains("take it as --detector");
    BinSadi.Result asDetector = sadi("detect", people + "/images", "--detector", pose);
    assertThat(asDetector.exitCode()).isEqualTo(3);
    assertThat(asDetector.err()).contains("found a network that finds joints, expected a detector");
    assertThat(
            sadi("detect", people + "/images", "--detector", BEST, "--detector-input", "640").err())
        .contains("--detector-input");
  }

  /** The same seed gives the same pictures, wherever they are made. */
  @Test
  void mosaicsAreTheSameEverywhere() throws IOException {
    String people = TinyRun.get().folder.resolve("people").toString();
    for (String out : new String[] {"one", "two"}) {
      done("prepare", "mosaics", people, "--count", "3", "--photos", "4", "--out", out);
    }
    for (String file : TinyRun.filesIn(folder.resolve("one"))) {
      Path one = folder.resolve("one").resolve(file);
      if (Files.isRegularFile(one)) {
        assertThat(one).hasSameBinaryContentAs(folder.resolve("two").resolve(file));
      }
    }
    assertThat(sadi("prepare", "mosaics", people, "--photos", "1", "--out", "x").exitCode())
        .isEqualTo(3);
  }
}
