package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.image.Image;
import io.sadi.testing.BinSadi;
import io.sadi.testing.MmposeFile;
import io.sadi.testing.TorchWriter;
import io.sadi.testing.TorchWriter.Call;
import io.sadi.testing.TorchWriter.Global;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published network, from its file to people's joints, without Python. */
class ImportIT {
  @TempDir private Path folder;

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  @Test
  void aNetworkOfOthersBecomesACheckpointThatFindsJoints() throws IOException {
    MmposeFile.small("keypoint_head").write(folder.resolve("their net.pth"));
    BinSadi.Result info = sadi().run("info", "--model", "their net.pth", "--summary");
    assertThat(info.exitCode()).as(info.err()).isZero();
    assertThat(info.out()).contains("PyTorch before 1.6", "MMPose's Hourglass", "210");

    BinSadi.Result result =
        sadi()
            .run("import", "their net.pth", "--out", "ours.safetensors", "--input", "64", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("channels 4 4 6 6 8", "crops of 64 px", "16 maps are taken for MPII's");
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("bytes").getAsLong())
        .isEqualTo(Files.size(folder.resolve("ours.safetensors")));
    assertThat(json.getAsJsonArray("joints")).hasSize(16);

    try (Image image = Image.of(new byte[60 * 50 * 3], 60, 50)) {
      image.writePng(folder.resolve("photo.png"));
    }
    BinSadi.Result found =
        sadi().run("predict", "--model", "ours.safetensors", "photo.png", "--flip", "-q");
    assertThat(found.exitCode()).as(found.err()).isZero();
    assertThat(found.out()).contains("right_ankle_x").hasLineCount(2);
  }

  /** What is known of the network goes along, as far as a file can hold it. */
  @Test
  void whereItCameFromIsKept() throws IOException {
    MmposeFile.small("head").write(folder.resolve("theirs.pth"));
    BinSadi.Result result =
        sadi().run("import", "theirs.pth", "--out", "ours.safetensors", "--input", "64");
    assertThat(result.exitCode()).as(result.err()).isZero();
    BinSadi.Result info = sadi().run("info", "--model", "ours.safetensors", "--summary");
    assertThat(info.out())
        .contains("trained 210 epochs", "pixel convention corner")
        .contains("imported as mmpose-hourglass from theirs.pth");

    Files.writeString(folder.resolve("card.md"), "Trained on MPII.\n");
    BinSadi.Result refused =
        sadi().run("export", "-m", "ours.safetensors", "--out", "back.pth", "--card", "card.md");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errLines())
        .singleElement()
        .asString()
        .contains("--card", "a state_dict holds no text");
    assertThat(folder.resolve("back.pth")).doesNotExist();
    for (String out : new String[] {"back.pth", "half.safetensors"}) {
      BinSadi.Result export = sadi().run("export", "-m", "ours.safetensors", "--out", out);
      assertThat(export.exitCode()).as(export.err()).isZero();
    }
    assertThat(sadi().run("info", "--model", "back.pth", "--summary").out())
        .contains("SADI-Net itself");
    assertThat(sadi().run("info", "--model", "half.safetensors", "--summary").out())
        .contains("pixel convention corner", "from theirs.pth");
  }

  @Test
  void whatCannotBeImportedIsOneLineAndLeavesNothing() throws IOException {
    Files.writeString(folder.resolve("page.pth"), "<!DOCTYPE html><html>Not Found</html>");
    new TorchWriter()
        .zip(folder.resolve("module.pth"), new Call(new Global("a.b", "Net"), List.of()));
    MmposeFile.small("head").write(folder.resolve("good.pth"));
    byte[] good = Files.readAllBytes(folder.resolve("good.pth"));
    Files.write(folder.resolve("cut.pth"), Arrays.copyOf(good, good.length / 2));
    for (String[] wrong :
        new String[][] {
          {"page.pth", "a web page (HTML)"},
          {"module.pth", "a pickled object of class a.b.Net"},
          {"cut.pth", "it is cut off"},
          {"none.pth", "no such file"},
        }) {
      BinSadi.Result result = sadi().run("import", wrong[0], "--out", "x.safetensors");
      assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
      assertThat(result.errLines()).singleElement().asString().contains(wrong[0], wrong[1]);
      assertThat(folder.resolve("x.safetensors")).doesNotExist();
    }
    BinSadi.Result dry = sadi().run("import", "good.pth", "--out", "x.safetensors", "--dry-run");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(folder.resolve("x.safetensors")).doesNotExist();
    BinSadi.Result model = sadi().run("predict", "--model", "good.pth", "photo.png");
    assertThat(model.exitCode()).isEqualTo(3);
    assertThat(model.err()).contains("found a PyTorch file", "'sadi import' makes one");
  }
}
