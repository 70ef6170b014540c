package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Predictions are anyone's: whatever is in the file, it is read or refused. */
class PredictionsFuzzTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          p.csv   | image,person,neck_x,neck_y,neck_score;"a b.jpg",0,1.5,2e1,0.5;c.jpg,1,-3,4,;
          p.json  | {"images":[{"image":"b.jpg","people":[{"person":2,"keypoints":[{"name":"neck","x":1.5,"y":-2,"score":0.25,"sigma":[3,4]}]}]}],"errors":[]}
          p.jsonl | {"image":"b.jpg","people":[{"person":2,"keypoints":[{"name":"neck","x":1.5,"y":-2}]}]};{"image":"c.jpg","people":[]};
          """)
  void survivesDamage(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text.replace(';', '\n'));
    Fuzz fuzz = new Fuzz(file, damaged -> PredictionsFile.read(damaged, List.of("neck")));
    fuzz.prefixes();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }
}
