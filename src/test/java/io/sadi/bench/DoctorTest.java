package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.bench.Finding.Level;
import io.sadi.io.BadInputException;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DoctorTest {

  @Test
  void findsThisMachineFitForWork() {
    Doctor doctor = Doctor.examine("cpu");
    assertThat(doctor.findings()).extracting(Finding::what).doesNotHaveDuplicates();
    assertThat(doctor.findings())
        .filteredOn(finding -> finding.level() == Level.FAIL)
        .as("a machine that builds sadi also runs it")
        .isEmpty();
    assertThat(doctor.healthy()).isTrue();
    assertThat(doctor.findings())
        .extracting(Finding::what)
        .contains("Java", "system", "processor", "threads", "memory", "cache", "CUDA")
        .endsWith("LibTorch", "more threads", "images", "self-test");
    assertThat(doctor.json().get("findings").getAsJsonArray()).hasSameSizeAs(doctor.findings());
  }

  /** What is not ok without a word on what to do helps nobody. */
  @Test
  void everyComplaintSaysWhatToDo() {
    Doctor doctor = Doctor.examine("cuda:99");
    assertThat(doctor.healthy()).isFalse();
    assertThat(doctor.findings())
        .filteredOn(finding -> finding.level() != Level.OK)
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.advice()).isNotBlank());
    assertThat(doctor.json().get("healthy").getAsBoolean()).isFalse();
  }

  @Test
  void unknownDeviceIsRefused() {
    assertThatThrownBy(() -> Doctor.examine("gpu")).isInstanceOf(BadInputException.class);
  }

  /** Both kinds of arithmetic, whatever this processor would choose. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void selfTestPassesInBothPrecisions(Precision precision) {
    assertThat(SelfTest.network(ComputeDevice.CPU, precision)).contains("is right");
  }

  @Test
  void imagesSurviveWritingAndReading() throws IOException {
    assertThat(SelfTest.images()).contains("PNG", "JPEG");
  }
}
