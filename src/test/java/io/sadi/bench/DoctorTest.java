package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.bench.DoctorFinding.Level;
import io.sadi.film.Ffmpeg;
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
    assertThat(doctor.findings()).extracting(DoctorFinding::what).doesNotHaveDuplicates();
    assertThat(doctor.findings())
        .filteredOn(finding -> finding.level() == Level.FAIL)
        .as("a machine that builds sadi also runs it")
        .isEmpty();
    assertThat(doctor.healthy()).isTrue();
    assertThat(doctor.findings())
        .extracting(DoctorFinding::what)
        .contains("Java", "system", "processor", "threads", "memory", "cache", "CUDA")
        .containsSubsequence(
            "LibTorch", "more threads", "images", "arithmetic fp32", "self-test fp32");
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

  /** predict refuses films there, so doctor must not praise it. */
  @Test
  void anOldFfmpegReadsNoFilms() {
    assertThat(Doctor.films(new Ffmpeg("4.2.7")).level()).isEqualTo(Level.WARN);
    assertThat(Doctor.films(new Ffmpeg("4.2.7")).found()).contains("4.2.7", "too old");
    assertThat(Doctor.films(new Ffmpeg("4.4")).level()).isEqualTo(Level.OK);
    assertThat(Doctor.films(null).level()).isEqualTo(Level.OK);
  }

  /** A machine on which something throws is the one that needs a doctor. */
  @Test
  void whatAnExaminationThrowsIsAFinding() {
    DoctorFinding finding =
        Doctor.finding(
            "arithmetic fp32",
            () -> {
              throw new IllegalStateException("could not create a primitive");
            },
            "do something");
    assertThat(finding.level()).isEqualTo(Level.FAIL);
    assertThat(finding.found()).isEqualTo("could not create a primitive");
  }

  /** Both kinds of arithmetic, whatever this processor would choose. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void selfTestPassesInBothPrecisions(Precision precision) {
    assertThat(SelfTest.network(ComputeDevice.CPU, precision))
        .contains("outputs off by", "gradients by");
  }

  /** A fallback that works is no failure: the numbers are right. */
  @Test
  void aLayerThatIsComputedAnotherWayIsAWarningOnly() {
    System.setProperty("sadi.proof.reject", "conv 16->16 3x3 .* (FUSED|DIRECT).*");
    try {
      Doctor doctor = Doctor.examine("cpu");
      assertThat(doctor.healthy()).isTrue();
      assertThat(doctor.findings())
          .filteredOn(finding -> finding.what().equals("arithmetic fp32"))
          .singleElement()
          .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.WARN))
          .satisfies(finding -> assertThat(finding.found()).contains("by plain products"));
    } finally {
      System.clearProperty("sadi.proof.reject");
    }
  }

  /** What costs next to nothing is worth a word, and no warning. */
  @Test
  void aLayerWithMoreZerosIsNoWarning() {
    System.setProperty("sadi.proof.reject", "conv 16->16 3x3 .* (FUSED|DIRECT)");
    try {
      assertThat(Doctor.examine("cpu").findings())
          .filteredOn(finding -> finding.what().equals("arithmetic fp32"))
          .singleElement()
          .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.OK))
          .satisfies(finding -> assertThat(finding.found()).contains("channels filled up to 64"));
    } finally {
      System.clearProperty("sadi.proof.reject");
    }
  }

  @Test
  void aLayerThatNoWayIsRightForIsAFailure() {
    System.setProperty("sadi.proof.reject", "conv 16->16 3x3 .*");
    try {
      Doctor doctor = Doctor.examine("cpu");
      assertThat(doctor.healthy()).isFalse();
      assertThat(doctor.findings())
          .filteredOn(finding -> finding.what().equals("arithmetic fp32"))
          .singleElement()
          .satisfies(finding -> assertThat(finding.found()).contains("conv 16->16 3x3"));
    } finally {
      System.clearProperty("sadi.proof.reject");
    }
  }

  @Test
  void imagesSurviveWritingAndReading() throws IOException {
    assertThat(SelfTest.images()).contains("PNG", "JPEG");
  }
}
