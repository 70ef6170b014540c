package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Other programs name images their own way; a wrong guess would measure the wrong image. */
class ImageNamesTest {
  private static final Set<String> OURS = Set.of("a/1.jpg", "a/2.jpg", "b/3.jpg", "b/2.jpg");

  private static Map<String, String> match(String... theirs) {
    return ImageNames.match(new LinkedHashSet<>(List.of(theirs)), OURS, Path.of("p.csv"));
  }

  @ParameterizedTest
  @CsvSource({
    "a/1.jpg, a/1.jpg",
    "1.jpg, a/1.jpg",
    "./a/1.jpg, a/1.jpg",
    "/data/images/a/2.jpg, a/2.jpg",
    "C:\\images\\b\\2.jpg, b/2.jpg",
    "images//b/3.jpg, b/3.jpg",
    "1, a/1.jpg",
    "a/2, a/2.jpg",
    "b/2.png, b/2.jpg",
    "/x/b/3.jpeg, b/3.jpg",
    "https://host.org/data/a/2.jpg?size=1&sig=x/y.jpg, a/2.jpg",
    "file:///C:/images/b/2.jpg, b/2.jpg",
    "s3://bucket/%62/%32.jpg, b/2.jpg",
    "/data/local-files/?d=images/a/1.jpg, a/1.jpg",
  })
  void aNameFitsByTheEndOfThePath(String theirs, String ours) {
    assertThat(match(theirs)).isEqualTo(Map.of(theirs, ours));
  }

  @ParameterizedTest
  @CsvSource({"c/1.jpg", "4.jpg", "11.jpg", "1.jpg/a", "A/1.JPG", "''", "/", "jpg", ".jpg"})
  void aNameThatFitsNoneStandsForItself(String theirs) {
    assertThat(match(theirs)).isEqualTo(Map.of(theirs, theirs));
  }

  @Test
  void aFileIsReadOneWay() {
    // One fits as it is, so that the other is an image that is not in the split.
    assertThat(match("a/1.jpg", "3.jpg")).containsEntry("3.jpg", "3.jpg");
    assertThat(match("3.jpg", "1")).containsEntry("3.jpg", "b/3.jpg").containsEntry("1", "1");
  }

  @Test
  void aNameThatFitsSeveralIsRefused() {
    assertThatThrownBy(() -> match("1.jpg", "2.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "p.csv: image 2.jpg: found several images that it could be: a/2.jpg,"
                + " b/2.jpg, expected one; give names their folders too");
    assertThatThrownBy(() -> match("x/b/3.jpg", "3.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("images x/b/3.jpg and 3.jpg: found one image that both could be");
  }
}
