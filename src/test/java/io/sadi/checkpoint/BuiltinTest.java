package io.sadi.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Fingerprint;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Fusion.ChosenOn;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Whoever goes on from the network that comes with the program knows what it has seen. */
class BuiltinTest {
  @Test
  void saysWhatItWasTrainedOn() throws IOException {
    Checkpoint builtin = Checkpoint.read(Checkpoint.BUILTIN);
    TrainedOn trainedOn = requireNonNull(builtin.trainedOn());
    assertThat(trainedOn.dataset()).isEqualTo("lspet");
    assertThat(trainedOn.train().people()).isEqualTo(7000);
    Fingerprint val = requireNonNull(trainedOn.val());
    assertThat(val.people()).isEqualTo(1000);
    // Its fusion weight was chosen on these people, and a measurement on them says so.
    assertThat(builtin.fusion(val).chosenOn()).isEqualTo(ChosenOn.SAME_PEOPLE);
    assertThat(builtin.fusion(trainedOn.train()).chosenOn()).isEqualTo(ChosenOn.OTHER_PEOPLE);
  }
}
