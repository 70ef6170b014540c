package io.sadi.io;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Safetensors.Entry;
import io.sadi.testing.Fuzz;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch itself wrote: a user loses here the weights that people publish. */
class TorchFileOracleTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"kinds.pth", "kinds-legacy.pth"})
  void readsWhatTorchWrote(String name) throws IOException {
    TorchFile file = TorchFile.read(Shared.require("oracles/pth/" + name));
    Safetensors expected = Safetensors.read(Shared.require("oracles/pth/kinds.safetensors"));
    Map<String, Entry> tensors = file.tensors();
    assertThat(file.place()).isEqualTo("state_dict");
    assertThat(tensors).hasSize(expected.tensors().size() + 1);
    expected
        .tensors()
        .forEach(
            (key, want) -> {
              Entry have = requireNonNull(tensors.get(key), key);
              assertThat(have.shape()).as(key).isEqualTo(want.shape());
              assertThat(numbers(have)).as(key).isEqualTo(want.floats());
            });
    ByteBuffer precise = requireNonNull(tensors.get("double")).data();
    assertThat(precise.getDouble(0)).isEqualTo(1e-300);
    assertThat(file.epoch()).isEqualTo(210);
    assertThat(file.config()).isEqualTo("model = dict(type='TopdownPoseEstimator')\n");
    assertThat(file.value("meta", "dataset_meta", "flip_indices"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .startsWith(5L, 4L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kinds.pth", "kinds-legacy.pth"})
  void survivesDamage(String name) throws IOException {
    Path copy = folder.resolve(name);
    Files.copy(Shared.require("oracles/pth/" + name), copy);
    Map<String, ByteBuffer> right = new HashMap<>();
    for (Map.Entry<String, Entry> e : TorchFile.read(copy).tensors().entrySet()) {
      right.put(e.getKey(), ByteBuffer.wrap(bytes(e.getValue())));
    }
    int whole = (int) Files.size(copy);
    Fuzz fuzz =
        new Fuzz(
            copy,
            damaged -> {
              Map<String, ByteBuffer> read = new HashMap<>();
              TorchFile.read(damaged)
                  .tensors()
                  .forEach((key, entry) -> read.put(key, ByteBuffer.wrap(bytes(entry))));
              if (name.equals("kinds.pth")) { // the older format has no checksums
                assertThat(read).isEqualTo(right);
              }
              return read;
            });
    assertThat(fuzz.prefixes()).isEqualTo(whole);
    assertThat(fuzz.flips(20_000, 2)).isPositive();
  }

  @Test
  void objectsOfUnknownClassesAreSteppedOver() throws IOException {
    TorchFile file = TorchFile.read(Shared.require("oracles/pth/hourglass.pth"));
    assertThat(file.value("message_hub", "log_scalars", "loss")).isNull();
    assertThat(file.tensors()).containsKey("backbone.stem.0.conv.weight");
    assertThat(file.place()).isNotIn(file.others());
  }

  private static float[] numbers(Entry entry) {
    ByteBuffer data = entry.data();
    return switch (entry.dtype()) {
      case F32, F64, F16, BF16 -> entry.floats();
      default -> {
        float[] values = new float[data.remaining() / entry.dtype().bytes()];
        for (int i = 0; i < values.length; i++) {
          values[i] = entry.dtype() == Safetensors.Dtype.I64 ? data.getLong() : data.get() & 0xFF;
        }
        yield values;
      }
    };
  }

  private static byte[] bytes(Entry entry) {
    byte[] bytes = new byte[entry.data().remaining()];
    entry.data().get(bytes);
    return bytes;
  }
}
