package io.sadi.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Fingerprint;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors;
import io.sadi.model.Quantization;
import io.sadi.testing.TestModels;
import io.sadi.torch.Uint8Range;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges that are lost, or used with other weights, are joints in the wrong places. */
class Int8Test {
  private static final Quantization QUANTIZATION =
      new Quantization(
          Set.of("stem.block.conv1.conv", "head.0.features.conv"),
          Map.of("stem.block", new Uint8Range(0.0123, 0), "stem.conv", new Uint8Range(3e-5, 255)));

  @TempDir private Path folder;

  private Checkpoint plain() throws IOException {
    return Checkpoint.read(TestModels.write(folder.resolve("net.safetensors")));
  }

  private static Checkpoint quantized(Checkpoint plain) {
    Fingerprint people = new Fingerprint("val", 256, "ab".repeat(32));
    return plain.quantized(QUANTIZATION, people, 0.15, 0.1);
  }

  @Test
  void comesBackFromAFileAsItWas() throws IOException {
    Checkpoint compact = plain().compact("net.safetensors");
    Checkpoint with = quantized(compact);
    Path file = folder.resolve("int8.safetensors");
    with.write(file, Map.of(), Map.of());
    Checkpoint read = Checkpoint.read(file);
    assertThat(read.int8()).isEqualTo(with.int8());
    assertThat(read.quantization(file)).isEqualTo(QUANTIZATION);
    assertThat(read.described("a card").int8()).isEqualTo(with.int8());
    assertThat(read.compact(file).int8()).as("the same weights").isEqualTo(with.int8());
    assertThat(read.fingerprint())
        .as("a resumed job is not mixed")
        .isNotEqualTo(compact.fingerprint());
  }

  @Test
  void aCheckpointWithoutThemIsReadAsBefore() throws IOException {
    Checkpoint plain = plain();
    assertThat(plain.int8()).isNull();
    assertThatThrownBy(() -> plain.checkPrecision("int8", "net.safetensors"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContainingAll("net.safetensors: has no ranges for int8", "export --int8");
    plain.checkPrecision("bf16", "net.safetensors");
  }

  @Test
  void otherWeightsLoseThem() throws IOException {
    Checkpoint with = quantized(plain());
    assertThat(with.compact("net.safetensors").int8()).as("rounded to float16").isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"weights\":\"; \"weights\":\"f; ranges for weights f",
        "\"layers\":[; \"layers\":[7,; int8': layers[0]",
        "0.0123,0]; 0,0]; maps.stem.block[0]",
        "0.0123,0]; 1e99,0]; maps.stem.block[0]",
        "0.0123,0]; 0.0123,256]; maps.stem.block[1]",
        "0.0123,0]; 0.0123]; maps.stem.block",
        "\"budget\"; \"bugdet\"; bugdet",
        "{\"weights\"; [\"weights\"; int8'"
      })
  void damageIsNamed(String from, String to, String named) throws IOException {
    Path file = folder.resolve("int8.safetensors");
    quantized(plain()).write(file, Map.of(), Map.of());
    Safetensors content = Safetensors.read(file);
    Map<String, String> metadata = new LinkedHashMap<>(content.metadata());
    metadata.computeIfPresent("int8", (key, json) -> json.replace(from, to));
    Path damaged = folder.resolve("damaged.safetensors");
    new Safetensors(metadata, content.tensors()).write(damaged);
    assertThatThrownBy(() -> Checkpoint.read(damaged).quantization(damaged))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(named);
  }
}
