package io.sadi.ablate.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a study says that its networks cost. */
class TrainingCourseTest {
  @TempDir private Path folder;

  private TrainingCourse read(String metrics) throws IOException {
    Config config = Config.preset("tiny", List.of("train.batch=10"), Map.of());
    Files.writeString(folder.resolve("config.yaml"), RunConfig.from(config).yaml());
    Files.writeString(folder.resolve("metrics.csv"), metrics);
    return TrainingCourse.read(new CellFolder(folder));
  }

  /** Two processes learn from twice as many crops a step as the config's batch has. */
  @Test
  void cropsOfAllProcessesCount() throws IOException {
    TrainingCourse course =
        read("epoch,steps,loss,images,img_per_s\n1,5,1,100,50.0\n2,10,1,100,25.0\n");
    assertThat(course.samples()).isEqualTo(200);
    assertThat(course.hours()).isEqualTo(6 / 3600.0, within(1e-9));
  }

  /** An epoch that a process ended without learning in it took as long as the others. */
  @Test
  void unknownRatesAreThoseOfTheOtherEpochs() throws IOException {
    for (String none : List.of("", "0.0")) {
      TrainingCourse course =
          read("epoch,steps,loss,images,img_per_s\n1,5,1,100," + none + "\n2,10,1,100,25.0\n");
      assertThat(course.hours()).isEqualTo(8 / 3600.0, within(1e-9));
    }
    assertThat(read("epoch,steps,loss,images,img_per_s\n1,5,1,100,\n").hours()).isNaN();
  }

  @Test
  void runsOfOlderVersionsCountAsTheirConfigSays() throws IOException {
    TrainingCourse course = read("epoch,steps,loss,img_per_s\n1,5,1,50.0\n2,10,1,25.0\n");
    assertThat(course.samples()).isEqualTo(100);
    assertThat(course.hours()).isEqualTo(3 / 3600.0, within(1e-9));
  }
}
