package io.sadi.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {

  @ParameterizedTest
  @CsvSource({
    "rfm, rfm-only", // three edits from full, but nobody means that
    "rmf-only, rfm-only",
    "ful, full",
    "sfm-dlm, sfm-dlm-only",
    "baselin, baseline",
    "no, no-flow",
  })
  void nearestIsWhatWasMeant(String word, String name) {
    List<String> names =
        List.of("baseline", "rfm-only", "sfm-dlm-only", "full", "no-se", "no-flow");
    assertThat(Names.nearest(word, names)).isEqualTo(name);
  }
}
