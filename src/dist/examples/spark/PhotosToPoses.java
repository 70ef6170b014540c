import io.sadi.api.Joint;
import io.sadi.api.Photo;
import io.sadi.api.PhotoPoses;
import io.sadi.api.Pose;
import io.sadi.api.PoseModel;
import io.sadi.api.PoseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A Spark job: the people of all photos below a folder, as Parquet. README.md says how it runs.
 *
 * <p>Each executor opens one model, which its tasks share. A task goes through its photos some at a
 * time, in the order that Spark gives them, so that one that is tried again finds the same rows.
 */
public final class PhotosToPoses {
  /** Photos whose people share batches: what bounds a task's memory. */
  private static final int CHUNK = 64;

  private static final StructType JOINT =
      new StructType()
          .add("name", DataTypes.StringType, false)
          .add("x", DataTypes.DoubleType, false)
          .add("y", DataTypes.DoubleType, false)
          .add("score", DataTypes.DoubleType, false)
          .add("sigma_x", DataTypes.DoubleType, false)
          .add("sigma_y", DataTypes.DoubleType, false);

  /** One row a person; one with an error, and no person, for a photo that cannot be read. */
  public static final StructType ROW =
      new StructType()
          .add("path", DataTypes.StringType, false)
          .add("width", DataTypes.IntegerType, false)
          .add("height", DataTypes.IntegerType, false)
          .add("person", DataTypes.IntegerType, true)
          .add("score", DataTypes.DoubleType, true)
          .add("joints", DataTypes.createArrayType(JOINT, false), true)
          .add("error", DataTypes.StringType, true);

  private static PoseModel shared;

  private PhotosToPoses() {}

  /** PHOTOS OUTPUT [MODEL]: a folder, a folder to write, and builtin or a checkpoint. */
  public static void main(String[] args) {
    if (args.length < 2 || args.length > 3) {
      System.err.println("usage: PhotosToPoses PHOTOS OUTPUT [MODEL]");
      System.exit(2);
    }
    SparkSession spark = SparkSession.builder().appName("photos to poses").getOrCreate();
    try {
      poses(photos(spark, args[0]), args.length == 3 ? args[2] : "builtin")
          .write()
          .parquet(args[1]);
    } finally {
      spark.stop();
    }
  }

  /** The files below a folder: their path and their content. */
  static Dataset<Row> photos(SparkSession spark, String folder) {
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("pathGlobFilter", "*.{jpg,jpeg,png,webp,bmp,tif,tiff,JPG,JPEG,PNG}")
        .load(folder)
        .select("path", "content");
  }

  /** Rows of {@link #ROW}. */
  static Dataset<Row> poses(Dataset<Row> photos, String model) {
    return photos.mapPartitions(
        (MapPartitionsFunction<Row, Row>) files -> new Poses(files, model), Encoders.row(ROW));
  }

  /** The executor's one model; its threads are as many as the cores that its tasks have. */
  private static synchronized PoseModel model(String name) {
    if (shared == null) {
      PoseModel opened =
          name.equals("builtin")
              ? PoseModel.builtin(PoseOptions.DEFAULTS)
              : PoseModel.open(file(name), PoseOptions.DEFAULTS);
      Runtime.getRuntime().addShutdownHook(new Thread(opened::close));
      shared = opened;
    }
    return shared;
  }

  /** A file that every machine has at that place, or one that came with --files. */
  private static Path file(String name) {
    Path there = Path.of(name);
    return Files.exists(there) ? there : Path.of(SparkFiles.get(name));
  }

  /** The rows of one task's photos. */
  private static final class Poses implements Iterator<Row> {
    private final Iterator<Row> files;
    private final String model;
    private final Deque<Row> found = new ArrayDeque<>();

    Poses(Iterator<Row> files, String model) {
      this.files = files;
      this.model = model;
    }

    @Override
    public boolean hasNext() {
      while (found.isEmpty() && files.hasNext()) {
        List<Photo> chunk = new ArrayList<>();
        while (chunk.size() < CHUNK && files.hasNext()) {
          Row file = files.next();
          chunk.add(Photo.ofFile(file.<byte[]>getAs("content")).named(file.getString(0)));
        }
        for (PhotoPoses photo : model(model).findAll(chunk)) {
          add(photo);
        }
      }
      return !found.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      return found.remove();
    }

    private void add(PhotoPoses photo) {
      if (photo.error().isPresent()) {
        found.add(RowFactory.create(photo.name(), 0, 0, null, null, null, photo.error().get()));
      }
      for (int i = 0; i < photo.people().size(); i++) {
        Pose person = photo.people().get(i);
        List<Row> joints = new ArrayList<>();
        for (Joint joint : person.joints()) {
          joints.add(
              RowFactory.create(
                  joint.name(),
                  joint.x(),
                  joint.y(),
                  joint.score(),
                  joint.sigmaX(),
                  joint.sigmaY()));
        }
        found.add(
            RowFactory.create(
                photo.name(),
                photo.width(),
                photo.height(),
                i,
                person.score(),
                joints.toArray(),
                null));
      }
    }
  }
}
