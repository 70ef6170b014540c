package io.sadi.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors.Entry;
import io.sadi.io.TorchFile;
import io.sadi.testing.MmposeFile;
import io.sadi.testing.TorchWriter;
import io.sadi.testing.TorchWriter.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A user loses here that a network of MMPose's is the same network in SADI. */
class TorchImportTest {
  @TempDir private Path folder;

  private TorchImport read(MmposeFile file) throws IOException {
    return TorchImport.read(file.write(folder.resolve("net.pth")), null, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "keypoint_head"})
  void everyTensorHasItsPlace(String head) throws IOException {
    MmposeFile file = MmposeFile.small(head);
    TorchImport network = read(file);
    assertThat(network.model().channels()).containsExactly(4, 4, 6, 6, 8);
    assertThat(network.model().blocks()).containsExactly(1, 1, 2, 1, 3);
    assertThat(network.model().stem()).isEqualTo(6);
    assertThat(network.model().features()).isEqualTo(5);
    assertThat(network.model().sfm().enabled()).isFalse();
    assertThat(network.model().rfm().enabled()).isFalse();

    Map<String, Entry> theirs = TorchFile.read(folder.resolve("net.pth")).tensors();
    Map<String, String> places =
        Map.of(
            "backbone.stem.0.conv.weight",
            "stem.conv.conv.weight",
            "backbone.stem.1.0.downsample.1.running_var",
            "stem.block.shortcut.bn.running_var",
            "backbone.hourglass_modules.0.up1.0.bn2.bias",
            "hourglass.0.skip.0.conv2.bn.bias",
            "backbone.hourglass_modules.0.low2.low1.0.conv1.weight",
            "hourglass.0.inner.down.0.conv1.conv.weight",
            "backbone.hourglass_modules.0.low2.low2.low3.1.conv2.weight",
            "hourglass.0.inner.inner.up.1.conv2.conv.weight",
            "backbone.hourglass_modules.0.low2.low2.low2.low2.2.bn1.weight",
            "hourglass.0.inner.inner.inner.inner.2.conv1.bn.weight",
            "backbone.out_convs.0.bn.running_mean",
            "head.0.features.bn.running_mean",
            head + ".multi_final_layers.0.weight",
            "head.0.heatmap.weight");
    places.forEach(
        (name, ours) ->
            assertThat(requireNonNull(network.tensors().get(ours), ours).floats())
                .isEqualTo(requireNonNull(theirs.get(name)).floats()));
    long unused =
        theirs.keySet().stream()
            .filter(n -> n.contains(".inters.") || n.endsWith("num_batches_tracked"))
            .count();
    assertThat(network.tensors()).hasSize(theirs.size() - (int) unused);
    assertThat(network.notes().get(1)).contains(unused + " that the network does not run left out");
  }

  @Test
  void whatIsMissingSurplusOrOfAnotherShapeIsNamed() throws IOException {
    MmposeFile missing = MmposeFile.small("head");
    missing.weights.remove("backbone.out_convs.0.bn.bias");
    assertRefused(missing, "1 of its tensors missing: backbone.out_convs.0.bn.bias[5]");

    MmposeFile surplus = MmposeFile.small("head");
    surplus.put("head.deconv_layers.0.weight", 2, 2);
    assertRefused(surplus, "1 of ", " tensors that fit nothing: head.deconv_layers.0.weight[2, 2]");
    MmposeFile unknown = MmposeFile.small("head");
    unknown.put("backbone.hourglass_modules.0.up1.0.gate.weight", 2);
    assertRefused(unknown, "fit nothing: backbone.hourglass_modules.0.up1.0.gate.weight[2]");

    MmposeFile shape = MmposeFile.small("head");
    shape.put("backbone.stem.1.0.bn1.bias", 3);
    assertRefused(shape, "tensor 'backbone.stem.1.0.bn1.bias': found shape [3], expected [4]");

    MmposeFile old = MmposeFile.small("keypoint_head");
    old.weights.remove("keypoint_head.multi_final_layers.0.bias");
    old.put("keypoint_head.multi_final_layers.0.weight", 16, 5, 3, 3);
    assertRefused(old, "tensor 'keypoint_head.multi_final_layers.0.bias' is missing");
    old.put("keypoint_head.multi_final_layers.0.bias", 16);
    assertRefused(
        old,
        "tensor 'keypoint_head.multi_final_layers.0.weight': found shape [16, 5, 3, 3], expected"
            + " [16, 5, 1, 1]");
  }

  /** What is written beside the weights is no part of the network, and integers are no weights. */
  @Test
  void averagesAreTakenAndQuantisedWeightsAreNot() throws IOException {
    MmposeFile average = MmposeFile.small("head");
    Map<String, Object> weights = new LinkedHashMap<>();
    weights.put("n_averaged", average.writer.floats(new long[0], 3));
    average.weights.forEach((name, tensor) -> weights.put("module." + name, tensor));
    Path file = average.writer.zip(folder.resolve("ema.pth"), Map.of("ema", weights));
    int used = read(average).tensors().size();
    assertThat(TorchImport.read(file, null, null).tensors()).hasSize(used);

    MmposeFile twice = MmposeFile.small("head"); // as mmcv keeps the weights before the average
    Tensor bias = twice.tensor("backbone.stem.0.bn.bias");
    twice.weights.put("ema_backbone_stem_0_bn_bias", bias);
    assertThat(read(twice).tensors()).hasSize(used);

    MmposeFile quantised = MmposeFile.small("head");
    String key = quantised.writer.storage("CharStorage", 1, new byte[4]);
    quantised.weights.put(
        "backbone.stem.1.0.bn1.bias", new Tensor(key, 0, new long[] {4}, new long[] {1}));
    assertRefused(
        quantised, "'backbone.stem.1.0.bn1.bias': found integers (I8), expected floating");
  }

  /** A user loses here why a network finds nothing: it was made for other input. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mean=[0.485, 0.456, 0.406], std=[1, 1, 1]|",
        "mean=[123.675, 116.28, 103.53], bgr_to_rgb=True|",
        "mean=[0.5, 0.5, 0.5]| the mean [0.5, 0.5, 0.5] from images, SADI ImageNet's",
        "to_rgb=False| images as blue, green, red",
        "codec = dict(type='UDPHeatmap')| unbiased data processing (UDP)",
      })
  void otherInputThanOursIsSaid(String config, String doubt) throws IOException {
    MmposeFile file = MmposeFile.small("head");
    file.meta.put("cfg", config);
    List<String> notes = read(file).notes();
    assertThat(notes).hasSize(doubt == null ? 2 : 3);
    if (doubt != null) {
      assertThat(notes).last().asString().contains("net.pth: its config ", doubt);
    }
  }

  /** DARK smooths maps as wide as their peaks are. */
  @Test
  void theTargetsWidthIsTheConfigs() throws IOException {
    for (Map.Entry<String, String> e :
        Map.of("", "2.0", "input_size=(384, 384)", "3.0", "dict(sigma=1.5)", "1.5").entrySet()) {
      MmposeFile file = MmposeFile.small("head");
      file.meta.put("cfg", e.getKey());
      assertThat(read(file).checkpoint(null, List.of()).config())
          .contains("target_sigma: " + e.getValue());
    }
  }

  @Test
  void severalStacksAreRefusedWithTheReason() throws IOException {
    MmposeFile two = MmposeFile.small("head");
    two.put("backbone.hourglass_modules.1.up1.0.conv1.weight", 4, 4, 3, 3);
    assertRefused(two, "found an hourglass of 2 stacks, expected one stack: between two");
  }

  @Test
  void anotherNetworkIsShownByItsFirstTenTensors() throws IOException {
    TorchWriter writer = new TorchWriter();
    Map<String, Object> weights = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      weights.put("backbone.stage4." + i + ".weight", writer.floats(new long[] {1}, i));
    }
    Path file = writer.zip(folder.resolve("hrnet.pth"), weights);
    for (String as : new String[] {null, "mmpose-hourglass"}) {
      assertThatThrownBy(() -> TorchImport.read(file, as, null))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("hrnet.pth: found 12 of 12 tensors that fit nothing: ")
          .hasMessageContaining("backbone.stage4.9.weight[1] and more, expected those of")
          .hasMessageEndingWith("the file looks like HRNet");
    }
    assertThatThrownBy(() -> TorchImport.read(file, "openpose", null))
        .hasMessageContaining("--as: found openpose, expected mmpose-hourglass");
  }

  /** A weight that float16 could not hold is infinite there, and so is every heatmap. */
  @Test
  void weightsThatAreNoNumbersAreRefused() throws IOException {
    MmposeFile half = MmposeFile.small("head");
    byte[] infinite = {0, 0x3c, 0, 0x7c, 0, 0x3c, 0, 0x3c};
    String key = half.writer.storage("HalfStorage", 2, infinite);
    half.weights.put(
        "backbone.stem.1.0.bn1.running_var", new Tensor(key, 0, new long[] {4}, new long[] {1}));
    assertRefused(half, "tensor 'backbone.stem.1.0.bn1.running_var'", "float16 ends at 65504");

    MmposeFile nan = MmposeFile.small("head");
    nan.weights.put(
        "backbone.stem.1.0.bn1.bias", nan.writer.floats(new long[] {4}, 0, Float.NaN, 0, 0));
    assertRefused(nan, "tensor 'backbone.stem.1.0.bn1.bias': found infinite values, or some");
  }

  private void assertRefused(MmposeFile file, String... parts) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(folder.resolve("net.pth").toString())
        .hasMessageContainingAll(parts);
  }

  @Test
  void sixteenMapsWithoutNamesAreMpiis() throws IOException {
    TorchImport network = read(MmposeFile.small("head"));
    Checkpoint checkpoint = network.checkpoint(null, List.of());
    assertThat(checkpoint.skeleton()).isEqualTo(Skeleton.mpii16());
    assertThat(checkpoint.metric()).isEqualTo(Metric.PCKH_05);
    assertThat(checkpoint.epoch()).isEqualTo(210);
    assertThat(network.notes()).last().asString().contains("16 maps are taken for MPII's");
  }

  @Test
  void jointsAreThoseThatTheFileNames() throws IOException {
    MmposeFile file = new MmposeFile(List.of(4, 4, 4, 4, 4), List.of(1, 1, 1, 1, 1), 4, 3, "head");
    assertThatThrownBy(() -> read(file).checkpoint(null, List.of()))
        .hasMessageContaining("found 3 maps without names")
        .hasMessageContaining("--joints FILE");
    Map<String, Object> dataset = new LinkedHashMap<>();
    dataset.put("keypoint_id2name", Map.of(0, "nose", 1, "east", 2, "west"));
    dataset.put("flip_indices", List.of(0, 2, 1));
    file.meta.put("dataset_meta", dataset);
    Skeleton skeleton = read(file).checkpoint(null, List.of()).skeleton();
    assertThat(skeleton.joints()).containsExactly("nose", "east", "west");
    assertThat(skeleton.flipPairs()).containsExactly(new Pair(1, 2));
    dataset.put("skeleton_links", List.of(List.of(1, 0), List.of(0, 2)));
    assertThat(read(file).checkpoint(null, List.of()).skeleton().edges())
        .containsExactly(new Pair(1, 0), new Pair(0, 2));

    Path list = folder.resolve("joints.txt");
    Files.writeString(list, "# ours\nnose\n\nleft_paw\nright_paw\n");
    Skeleton named = JointList.of(list.toString());
    assertThat(read(file).checkpoint(named, List.of()).skeleton().flipPairs())
        .containsExactly(new Pair(1, 2));
    assertThat(read(file).checkpoint(named, List.of("nose:2")).skeleton().flipPairs())
        .containsExactly(new Pair(0, 2));
    for (String wrong : List.of("nose", "nose:tail", "nose:nose", "0:9", "a:b:c")) {
      assertThatThrownBy(() -> read(file).checkpoint(named, List.of(wrong)))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("--flip-pairs: found ");
    }
    assertThatThrownBy(() -> read(file).checkpoint(Skeleton.mpii16(), List.of()))
        .hasMessageContaining("--joints: found 16 joints, expected 3");
  }

  /** Other pairs than MPII's are another dataset's: its joints must not be called MPII's. */
  @Test
  void sixteenMapsThatMirrorOtherwiseAreNotTakenForMpiis() throws IOException {
    MmposeFile file = MmposeFile.small("head");
    Long[] same = new Long[16];
    Arrays.setAll(same, k -> (long) k);
    file.meta.put("dataset_meta", Map.of("flip_indices", List.of(same)));
    assertThatThrownBy(() -> read(file).checkpoint(null, List.of()))
        .hasMessageContaining("found 16 maps without names");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net.pth | model = dict() | 256",
        "net.pth | codec = dict(type='MSRAHeatmap', input_size=(384, 384), sigma=3) | 384",
        "net.pth | data_cfg = dict(image_size=[128, 128], | 128",
        "net.pth | image_size=np.array([192, 192]) | 192",
        "hourglass52_mpii_384x384-04090bc3.pth | model = dict() | 384",
      })
  void theInputIsWhatConfigOrNameSay(String name, String config, int input) throws IOException {
    MmposeFile file = MmposeFile.small("head");
    file.meta.put("cfg", config);
    Path path = file.write(folder.resolve(name));
    assertThat(TorchImport.read(path, null, null).model().input()).isEqualTo(input);
    assertThat(TorchImport.read(path, null, 320).model().input()).isEqualTo(320);
  }

  @Test
  void cropsThatAreNotSquareAreRefused() throws IOException {
    MmposeFile file = MmposeFile.small("head");
    file.meta.put("cfg", "input_size=(192, 256)");
    assertRefused(file, "found a network for crops of 192 x 256, expected square crops");
  }

  @Test
  void aSummarySaysWhatIsInTheFile() throws IOException {
    MmposeFile file = MmposeFile.small("keypoint_head");
    file.meta.put("config", "model = dict(type='TopDown')");
    file.meta.put("mmpose_version", "0.7.0");
    TorchSummary summary = new TorchSummary(file.write(folder.resolve("net.pth")));
    assertThat(summary.text(true))
        .contains("(of PyTorch before 1.6)", " under 'state_dict'", "mmpose 0.7.0", "210")
        .contains("MMPose's Hourglass; 'sadi import' makes", "  model = dict(type='TopDown')")
        .containsPattern("backbone.stem.0.conv.weight +F32 +\\[6, 3, 7, 7\\]");
    assertThat(summary.text(false)).doesNotContain("TopDown").doesNotContain("stem.0");
    assertThat(summary.json().get("importable").getAsBoolean()).isTrue();
    assertThat(summary.json().getAsJsonArray("tensors")).hasSize(file.weights.size());
  }

  @Test
  void aCheckpointIsWhatItWasAfterItsFile() throws IOException {
    TorchImport network = read(MmposeFile.small("head"));
    Path out = folder.resolve("net.safetensors");
    network.checkpoint(null, List.of()).write(out, Map.of(), network.source());
    Checkpoint again = Checkpoint.read(out);
    assertThat(again.model()).isEqualTo(network.model());
    assertThat(again.card()).contains("imported as mmpose-hourglass from net.pth", "licence");
    assertThat(again.tensors()).hasSameSizeAs(network.tensors());
    assertThatThrownBy(() -> Checkpoint.read(folder.resolve("net.pth")))
        .hasMessageContaining("found a PyTorch file, expected a checkpoint of sadi; 'sadi import'");
  }
}
