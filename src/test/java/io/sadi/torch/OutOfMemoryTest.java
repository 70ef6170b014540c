package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch for which there is no memory is told from a computation that is at fault. */
class OutOfMemoryTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you"
            + " tried to allocate 34359738368 bytes. Error code 12 (Cannot allocate memory)",
        "[enforce fail at alloc_cpu.cpp:80] . DefaultCPUAllocator: not enough memory: you tried",
        "std::bad_alloc",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "could not create a primitive",
      })
  void knowsItByItsWords(String message) {
    assertThat(OutOfMemory.is(new RuntimeException(message))).isTrue();
    assertThat(OutOfMemory.failure(8, 1, 2, "--batch=2", new RuntimeException(message)))
        .hasMessageStartingWith(
            "out of memory: a batch of 8 crops does not fit, one of 2 does: --batch=2 (")
        .hasMessageNotContainingAny("\n", ".cpp", "(. ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"The size of tensor a (3) must match the size of tensor b", ""})
  void knowsOtherFaults(String message) {
    assertThat(OutOfMemory.is(new RuntimeException(message))).isFalse();
    assertThat(OutOfMemory.is(new NullPointerException())).isFalse();
  }

  @Test
  void triesHalvesUntilOneFits() {
    List<Integer> tried = new ArrayList<>();
    assertThat(
            OutOfMemory.fitting(
                25,
                1,
                size -> {
                  tried.add(size);
                  if (size > 5) {
                    throw new RuntimeException("CUDA out of memory.");
                  }
                }))
        .isEqualTo(4);
    assertThat(tried).containsExactly(13, 7, 4);
  }

  @Test
  void findsThatNothingFits() {
    assertThat(OutOfMemory.fitting(3, 1, size -> fail("std::bad_alloc"))).isZero();
    assertThat(OutOfMemory.fitting(1, 1, size -> fail("std::bad_alloc"))).isZero();
    assertThat(OutOfMemory.failure(3, 1, 0, "--batch=0", new RuntimeException("std::bad_alloc")))
        .hasMessageContaining("nor does a single one")
        .hasMessageNotContaining("--batch");
  }

  @Test
  void proposesNoBatchThatCannotBeTrained() {
    List<Integer> tried = new ArrayList<>();
    assertThat(
            OutOfMemory.fitting(
                5,
                2,
                size -> {
                  tried.add(size);
                  fail("std::bad_alloc");
                }))
        .isZero();
    assertThat(tried).containsExactly(3, 2);
    assertThat(OutOfMemory.failure(5, 2, 0, "", new RuntimeException("std::bad_alloc")))
        .hasMessageStartingWith(
            "out of memory: a batch of 5 crops does not fit, nor does one of 2, the fewest: take");
  }

  @Test
  void anotherFaultOnTheWayIsNotHidden() {
    assertThatThrownBy(() -> OutOfMemory.fitting(4, 1, size -> fail("shapes differ")))
        .hasMessage("shapes differ");
  }

  private static void fail(String message) {
    throw new RuntimeException(message);
  }
}
