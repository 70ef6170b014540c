package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second round's labels: those found are added, those known stay as they are. */
class FoundPeopleTest {
  @TempDir private Path folder;

  private FoundPeople read(String rows) throws IOException {
    Path file = folder.resolve("found.csv");
    Files.writeString(file, "image,person,x,y,w,h,score\n" + rows);
    return FoundPeople.read(file);
  }

  @Test
  void whoIsKnownIsNotAddedAgain() throws IOException {
    Box known = new Box(10, 10, 40, 80);
    LabelledPhoto a = new LabelledPhoto("a.jpg", 300, 200, List.of(known), List.of());
    LabelledPhoto b = new LabelledPhoto("b.jpg", 300, 200, List.of(), List.of());
    List<LabelledPhoto> more =
        read("a.jpg,0,12,12,40,80,0.9\na.jpg,1,200,50,40,80,0.8\na.jpg,2,204,52,40,80,0.7\n")
            .addTo(List.of(a, b));
    assertThat(more.get(0).people()).containsExactly(known, new Box(200, 50, 40, 80));
    assertThat(more.get(1)).isEqualTo(b);
    assertThat(read("").addTo(List.of(a, b))).containsExactly(a, b);
  }

  @Test
  void boxesOfOtherImagesAreRefused() {
    LabelledPhoto a = new LabelledPhoto("a.jpg", 300, 200, List.of(), List.of());
    assertThatThrownBy(() -> read("c.jpg,0,1,1,9,9,1\n").addTo(List.of(a)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("boxes of images such as c.jpg");
    assertThatThrownBy(() -> read("a.jpg,0,1,1,0,9,1\n"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a box of some size");
  }
}
