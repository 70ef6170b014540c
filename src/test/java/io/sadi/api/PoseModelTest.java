package io.sadi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Decode;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.predict.PredictionJob;
import io.sadi.predict.PredictionRequest;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TestModels;
import java.awt.Color;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program finds the people that the command finds, however it holds its photos. */
class PoseModelTest {
  private static final int PHOTOS = 7;
  private static final PoseOptions OPTIONS =
      PoseOptions.DEFAULTS.device("cpu").precision("fp32").batch(4).threads(1);

  @TempDir private static Path folder;
  private static Path file;
  private static PoseModel model;
  private static final List<Path> photos = new ArrayList<>();

  @BeforeAll
  static void openModel() throws IOException {
    file = TestModels.write(folder.resolve("model.safetensors"));
    model = PoseModel.open(file, OPTIONS);
    for (int i = 0; i < PHOTOS; i++) {
      Path photo = folder.resolve(i + ".png");
      try (Image image = Image.of(noise(i), width(i), 90)) {
        image.writePng(photo);
      }
      photos.add(photo);
    }
  }

  @AfterAll
  static void closeModel() {
    model.close();
  }

  private static int width(int i) {
    return 80 + 9 * i;
  }

  private static byte[] noise(int i) {
    byte[] pixels = new byte[width(i) * 90 * 3];
    new Random(i).nextBytes(pixels);
    return pixels;
  }

  private static BufferedImage picture(int i) {
    byte[] rgb = noise(i);
    BufferedImage picture = new BufferedImage(width(i), 90, BufferedImage.TYPE_INT_ARGB);
    for (int at = 0; at < rgb.length; at += 3) {
      Color colour = new Color(rgb[at] & 255, rgb[at + 1] & 255, rgb[at + 2] & 255);
      picture.setRGB(at / 3 % width(i), at / 3 / width(i), colour.getRGB());
    }
    return picture;
  }

  /** The rows that the command writes, without their heads and boxes. */
  private static List<String> rows(Path boxes, Path... inputs) throws IOException {
    PredictionRequest request =
        new PredictionRequest(
            file,
            Stream.of(inputs).map(Path::toString).toList(),
            boxes,
            Decode.FUSED,
            2,
            new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER),
            null,
            PredictionOutput.stdout(PredictionsFormat.CSV));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(out, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .skip(1)
        .map(row -> row.split(",", 3)[2])
        .toList();
  }

  /** A person as the command writes one. */
  private static String row(Pose pose) {
    List<String> row = new ArrayList<>();
    row.add(number(pose.score(), 4));
    Box box = pose.box();
    for (double value : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      row.add(number(value, 3));
    }
    for (Joint joint : pose.joints()) {
      row.add(number(joint.x(), 3));
      row.add(number(joint.y(), 3));
      row.add(number(joint.score(), 4));
      row.add(number(joint.sigmaX(), 3));
      row.add(number(joint.sigmaY(), 3));
    }
    return String.join(",", row);
  }

  private static String number(double value, int decimals) {
    return Json.number(value, decimals).getAsString();
  }

  @Test
  void aProgramFindsWhatTheCommandWrites() throws IOException {
    List<PhotoPoses> found = model.findAll(photos.stream().map(Photo::of).toList());
    assertThat(found).extracting(PhotoPoses::name).isEqualTo(names());
    assertThat(found).extracting(PhotoPoses::width).startsWith(80, 89);
    assertThat(found.stream().flatMap(photo -> photo.people().stream()).map(PoseModelTest::row))
        .isEqualTo(rows(null, photos.toArray(Path[]::new)));
  }

  private static List<String> names() {
    return photos.stream().map(Path::toString).toList();
  }

  @Test
  void itIsTheSamePhotoHoweverItIsHeld() throws IOException {
    List<Pose> expected = model.find(photos.get(2));
    assertThat(expected)
        .singleElement()
        .extracting(PoseModelTest::row)
        .isEqualTo(rows(null, photos.get(2)).get(0));
    assertThat(model.find(picture(2))).isEqualTo(expected);
    assertThat(model.find(Photo.ofRgb(noise(2), width(2), 90))).isEqualTo(expected);
    assertThat(model.find(Photo.ofFile(Files.readAllBytes(photos.get(2))))).isEqualTo(expected);
  }

  /** Java would brighten grey photos, and the network see others than it has learned. */
  @Test
  void greyPhotosAreAsBrightAsInTheirFiles() throws IOException {
    byte[] values = new byte[70 * 60];
    new Random(3).nextBytes(values);
    byte[] rgb = new byte[3 * values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = values[i / 3];
    }
    List<Pose> expected = model.find(Photo.ofRgb(rgb, 70, 60));
    for (boolean alpha : new boolean[] {false, true}) {
      for (int type : new int[] {DataBuffer.TYPE_BYTE, DataBuffer.TYPE_USHORT}) {
        BufferedImage grey = grey(values, type, alpha, false);
        assertThat(model.find(grey)).isEqualTo(expected);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(ImageIO.write(grey, "png", file)).isTrue();
        assertThat(model.find(Photo.ofFile(file.toByteArray()))).isEqualTo(expected);
      }
    }
    assertThat(model.find(grey(values, DataBuffer.TYPE_FLOAT, false, false))).isEqualTo(expected);
    // Every pixel's brightness comes back where it was multiplied by its opacity.
    assertThat(model.find(grey(values, DataBuffer.TYPE_USHORT, true, true))).isEqualTo(expected);
  }

  /** 70x60 pixels; half of the columns are half transparent. */
  private static BufferedImage grey(byte[] values, int type, boolean alpha, boolean multiplied) {
    ColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            alpha,
            multiplied,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            type);
    WritableRaster raster = colours.createCompatibleWritableRaster(70, 60);
    boolean real = type == DataBuffer.TYPE_FLOAT;
    boolean wide = type == DataBuffer.TYPE_USHORT;
    for (int i = 0; i < values.length; i++) {
      int value = values[i] & 255;
      int x = i % 70;
      int opacity = x % 2 == 0 ? 255 : 128;
      // In sixteen bits the lower eight are not 0.
      double sample = real ? value / 255.0 : wide ? 256 * value + 77 : value;
      double seen = multiplied ? Math.rint(sample * opacity / 255) : sample;
      raster.setSample(x, i / 70, 0, seen);
      if (alpha) {
        raster.setSample(x, i / 70, 1, wide ? 257 * opacity : opacity);
      }
    }
    return new BufferedImage(colours, raster, multiplied, null);
  }

  @Test
  void boxesSayWhoIsWhere() throws IOException {
    List<Box> boxes = List.of(new Box(4, 5, 40, 70), new Box(50, 2.5, 35, 80));
    Path table = folder.resolve("boxes.csv");
    Files.writeString(table, "image,person,x,y,w,h\n4.png,0,4,5,40,70\n4.png,1,50,2.5,35,80\n");
    List<Pose> found = model.find(photos.get(4), boxes);
    assertThat(found).extracting(Pose::box).isEqualTo(boxes);
    assertThat(found.stream().map(PoseModelTest::row)).isEqualTo(rows(table, named("4.png")));
    assertThat(model.find(picture(4), boxes)).isEqualTo(found);
    assertThat(model.find(noise(4), width(4), 90, boxes)).isEqualTo(found);
    assertThat(model.find(photos.get(4), List.of())).as("nobody to look for").isEmpty();
  }

  /** A folder in which a photo is called by its name alone. */
  private static Path named(String name) throws IOException {
    Path only = Files.createDirectories(folder.resolve("only"));
    Path copy = only.resolve(name);
    if (!Files.exists(copy)) {
      Files.copy(folder.resolve(name), copy);
    }
    return only;
  }

  @Test
  void fourThreadsAtOnceFindWhatOneFinds() throws Exception {
    List<Photo> all = photos.stream().map(Photo::of).toList();
    List<PhotoPoses> expected = model.findAll(all);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      Callable<List<PhotoPoses>> many = () -> model.findAll(all);
      List<Callable<List<PhotoPoses>>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.addAll(List.of(many, many));
      }
      for (Future<List<PhotoPoses>> answer : callers.invokeAll(calls)) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void aPhotoThatCannotBeReadLeavesTheOthers() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.jpg"), "not a photo");
    List<PhotoPoses> found =
        model.findAll(
            List.of(
                Photo.of(photos.get(0)),
                Photo.of(broken),
                Photo.ofFile(new byte[9]).named("bytes"),
                Photo.of(photos.get(1))));
    assertThat(found).extracting(photo -> photo.people().size()).containsExactly(1, 0, 0, 1);
    assertThat(found.get(1).error().orElseThrow()).startsWith("found bytes");
    assertThat(found.get(2).error().orElseThrow()).startsWith("found bytes");
    assertThatThrownBy(() -> model.find(broken))
        .isInstanceOf(PoseException.class)
        .hasMessageStartingWith(broken + ": found bytes");
    assertThatThrownBy(() -> model.find(folder.resolve("none.jpg")))
        .isInstanceOf(PoseException.class)
        .hasMessage(folder.resolve("none.jpg") + ": no such file");
    assertThatThrownBy(() -> model.find(Photo.ofFile(new byte[0])))
        .isInstanceOf(PoseException.class)
        .hasMessageStartingWith("image: ");
  }

  @Test
  void whateverGoesWrongIsOneException() {
    assertThatThrownBy(() -> PoseModel.open(folder.resolve("none.safetensors")))
        .isInstanceOf(PoseException.class)
        .hasMessageContaining("none.safetensors: no such file");
    assertThatThrownBy(() -> PoseModel.open(photos.get(0)))
        .isInstanceOf(PoseException.class)
        .hasMessageContaining("0.png");
    List<PoseOptions> wrong =
        List.of(
            OPTIONS.device("gpu"),
            OPTIONS.precision("fp64"),
            OPTIONS.batch(0),
            OPTIONS.threads(-1),
            OPTIONS.scales(List.of(0.0)),
            OPTIONS.passes(3),
            OPTIONS.decode("h3"),
            OPTIONS.refine("none at all"));
    for (PoseOptions options : wrong) {
      assertThatThrownBy(() -> PoseModel.open(file, options))
          .isInstanceOf(PoseException.class)
          .hasMessageMatching("[a-z].*expected.*");
    }
    assertThatThrownBy(() -> Photo.ofRgb(new byte[11], 2, 2))
        .isInstanceOf(PoseException.class)
        .hasMessageStartingWith("rgb: found 11 bytes for 2x2 pixels");
    assertThatThrownBy(() -> new Box(0, 0, -1, 4)).isInstanceOf(PoseException.class);
    assertThatThrownBy(() -> new Box(Double.NaN, 0, 1, 4)).isInstanceOf(PoseException.class);
    PoseModel closed = PoseModel.open(file, OPTIONS);
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.find(picture(0)))
        .isInstanceOf(PoseException.class)
        .hasMessage("the model is closed");
  }

  @Test
  void theSkeletonIsTheCheckpoints() {
    Skeleton expected = Skeleton.lsp14();
    assertThat(model.skeleton().joints()).isEqualTo(expected.joints());
    assertThat(model.skeleton().edges()).hasSameSizeAs(expected.edges());
    assertThat(model.skeleton().mirrored()).hasSameSizeAs(expected.flipPairs());
    assertThat(model.find(photos.get(0)).get(0).joints())
        .extracting(Joint::name)
        .isEqualTo(expected.joints());
  }

  /** A service calls it a million times: what is not given back ends it. */
  @Test
  void memoryDoesNotGrowWithTheCalls() throws InterruptedException {
    Photo photo = Photo.ofRgb(noise(1), width(1), 90);
    for (int i = 0; i < 100; i++) {
      model.find(photo);
    }
    System.gc();
    long before = ProcessMemory.residentMb();
    for (int i = 0; i < 300; i++) {
      model.find(photo);
    }
    System.gc();
    assertThat(ProcessMemory.residentMb() - before).as("MB after 300 calls").isLessThan(40);
    for (int i = 0; i < 500 && threads() > 0; i++) {
      Thread.sleep(10);
    }
    assertThat(threads()).isZero();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("sadi-(images|people|network)"))
        .count();
  }

  /** Whoever copies the sample from README.md gets a program that compiles. */
  @Test
  void theSampleInTheReadmeCompiles() throws Exception {
    String readme = Files.readString(BinSadi.HOME.resolve("README.md"));
    String section = readme.substring(readme.indexOf("\n## For programs on the JVM"));
    int from = section.indexOf("```java\n") + "```java\n".length();
    String sample = section.substring(from, section.indexOf("```", from));
    assertThat(sample).contains("PoseModel");
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public String getCharContent(boolean ignoreEncodingErrors) {
            return sample;
          }
        };
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path classes =
        Path.of(PoseModel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> options =
        List.of("-cp", classes.toString(), "-d", folder.toString(), "-proc:none");
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      java.io.StringWriter said = new java.io.StringWriter();
      boolean compiled =
          compiler.getTask(said, files, null, options, null, Collections.singleton(source)).call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }
}
