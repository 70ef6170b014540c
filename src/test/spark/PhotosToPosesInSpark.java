import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.api.Joint;
import io.sadi.api.Photo;
import io.sadi.api.PhotoPoses;
import io.sadi.api.PoseModel;
import io.sadi.image.Image;
import io.sadi.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job of examples/spark in Spark's local mode: mvn -Pspark verify. */
class PhotosToPosesInSpark {
  private static final int PHOTOS = 30;
  private static final AtomicInteger FAULTS = new AtomicInteger();

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Path model;
  private static Path photos;

  @BeforeAll
  static void start() throws IOException {
    model = TestModels.write(folder.resolve("model.safetensors"));
    photos = Files.createDirectories(folder.resolve("photos/more"));
    for (int i = 0; i < PHOTOS; i++) {
      byte[] pixels = new byte[(80 + i) * 90 * 3];
      new Random(i).nextBytes(pixels);
      try (Image image = Image.of(pixels, 80 + i, 90)) {
        image.writePng(photos.resolve(i + ".png"));
      }
    }
    Files.writeString(photos.resolve("broken.jpg"), "not a photo");
    Files.writeString(photos.resolve("notes.txt"), "no photo");
    spark =
        SparkSession.builder()
            .master("local[2,3]") // two tasks at a time, each tried three times
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> files() {
    return PhotosToPoses.photos(spark, photos.getParent().toString()).repartition(4);
  }

  private static List<String> rows(Dataset<Row> people) {
    List<Row> rows = new ArrayList<>(people.collectAsList());
    rows.sort(Comparator.comparing(row -> row.getString(0)));
    return rows.stream().map(Row::toString).toList();
  }

  @Test
  void everyPhotoIsARowAndTheSameThatTheModelFinds() throws IOException {
    Path out = folder.resolve("out");
    PhotosToPoses.poses(files(), model.toString()).write().parquet(out.toString());
    Dataset<Row> written = spark.read().parquet(out.toString());
    assertThat(written.count()).isEqualTo(PHOTOS + 1);
    Row broken = written.filter("error is not null").collectAsList().get(0);
    assertThat(broken.getString(0)).endsWith("/broken.jpg");
    assertThat(broken.getString(6)).startsWith("found bytes");
    try (PoseModel direct = PoseModel.open(model)) {
      Path seventh = photos.resolve("7.png");
      PhotoPoses expected = direct.findAll(List.of(Photo.of(seventh))).get(0);
      Row row = written.filter("path like '%/7.png'").collectAsList().get(0);
      assertThat(row.getInt(1)).isEqualTo(87);
      List<Row> joints = row.getList(5);
      List<Joint> found = expected.people().get(0).joints();
      assertThat(joints).hasSameSizeAs(found);
      for (int k = 0; k < found.size(); k++) {
        assertThat(joints.get(k).getString(0)).isEqualTo(found.get(k).name());
        // Batches of other sizes round otherwise.
        assertThat(joints.get(k).getDouble(1))
            .isCloseTo(found.get(k).x(), org.assertj.core.data.Offset.offset(0.05));
      }
    }
  }

  /** A machine that is lost in the middle of its photos must not change what is found in them. */
  @Test
  void aTaskThatIsTriedAgainGivesTheSameRows() {
    List<String> undisturbed = rows(PhotosToPoses.poses(files(), model.toString()));
    Dataset<Row> faulty =
        files()
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>) PhotosToPosesInSpark::failing,
                Encoders.row(files().schema()));
    assertThat(rows(PhotosToPoses.poses(faulty, model.toString()))).isEqualTo(undisturbed);
    assertThat(FAULTS).as("tasks that failed").hasValueGreaterThan(1);
  }

  /** Breaks off after some rows, the first time. */
  private static Iterator<Row> failing(Iterator<Row> rows) {
    boolean first = TaskContext.get().attemptNumber() == 0;
    return new Iterator<>() {
      private int given;

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        given++;
        if (first && given == 5) {
          FAULTS.incrementAndGet();
          throw new IllegalStateException("the machine is lost");
        }
        return rows.next();
      }
    };
  }
}
