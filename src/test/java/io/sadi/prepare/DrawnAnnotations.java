package io.sadi.prepare;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.prepare.synthetic.SyntheticPerson;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/**
 * Writes {@code test-data/annotations}: five drawn people on four photos, in the files of every
 * program whose annotations {@code sadi prepare} reads. What each says of a joint follows the
 * descriptions of these formats, not the readers.
 */
final class DrawnAnnotations {
  static final Path FOLDER = TestData.path("annotations");

  private static final int PHOTOS = 4;
  private static final int PEOPLE = 5;
  private static final List<String> JOINTS = Skeleton.mpii16().joints();
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().serializeNulls().create();

  /**
   * Who is in a photo.
   *
   * @param number of the photo, from 1
   * @param x from 0, the middle of the first pixel, in hundredths of a pixel
   * @param v 0 not annotated, 1 occluded, 2 visible
   * @param box left, top, width, height
   * @param head likewise
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Drawn(
      int number,
      int person,
      int width,
      int height,
      double[] x,
      double[] y,
      int[] v,
      double[] box,
      double[] head) {
    String photo() {
      return photoName(number);
    }

    /** The joint is annotated: its place. Else what files write in that place. */
    double x(int k, double otherwise) {
      return v[k] == 0 ? otherwise : x[k];
    }

    double y(int k, double otherwise) {
      return v[k] == 0 ? otherwise : y[k];
    }
  }

  private final List<Drawn> people = new ArrayList<>();

  /** Draws the photos and writes every file. */
  static void write() throws IOException {
    DrawnAnnotations drawn = new DrawnAnnotations();
    drawn.draw();
    drawn.tables();
    drawn.deepLabCut();
    drawn.coco();
    drawn.labelme();
    drawn.yolo();
    drawn.mpii();
    drawn.mpiiJson();
    drawn.leeds();
  }

  static String photoName(int number) {
    return String.format(Locale.ROOT, "im%04d.jpg", number);
  }

  /** One a photo, but two side by side on the last. */
  private void draw() throws IOException {
    Files.createDirectories(FOLDER.resolve("images"));
    List<SyntheticPerson> pictures = new ArrayList<>();
    for (int i = 1; i <= PEOPLE; i++) {
      pictures.add(SyntheticPerson.draw(photoName(i), 2026, i));
    }
    for (int number = 1; number <= PHOTOS; number++) {
      List<SyntheticPerson> here = pictures.subList(number - 1, number == PHOTOS ? PEOPLE : number);
      int width = here.stream().mapToInt(p -> p.person().imageWidth()).sum();
      int height = here.stream().mapToInt(p -> p.person().imageHeight()).max().orElseThrow();
      byte[] rgb = new byte[3 * width * height];
      int left = 0;
      for (SyntheticPerson picture : here) {
        int own = picture.person().imageWidth();
        for (int row = 0; row < picture.person().imageHeight(); row++) {
          System.arraycopy(picture.rgb(), 3 * own * row, rgb, 3 * (width * row + left), 3 * own);
        }
        people.add(person(picture.person(), number, here.indexOf(picture), width, height, left));
        left += own;
      }
      try (Image photo = Image.of(rgb, width, height)) {
        Files.write(FOLDER.resolve("images").resolve(photoName(number)), photo.jpeg(90));
      }
    }
  }

  private static Drawn person(
      Person person, int number, int index, int width, int height, int left) {
    double[] x = new double[JOINTS.size()];
    double[] y = new double[JOINTS.size()];
    int[] v = new int[JOINTS.size()];
    for (int k = 0; k < x.length; k++) {
      x[k] = hundredths(person.x()[k] + left);
      y[k] = hundredths(person.y()[k]);
      // Of two people a joint is not annotated.
      v[k] =
          number == 2 && k == 15 || number == 4 && index == 1 && k == 0
              ? 0
              : person.visibility()[k];
    }
    double[] box = {
      hundredths(person.box().x() + left),
      hundredths(person.box().y()),
      hundredths(person.box().width()),
      hundredths(person.box().height())
    };
    double[] head = {
      hundredths(person.headBox().x() + left),
      hundredths(person.headBox().y()),
      hundredths(person.headBox().width()),
      hundredths(person.headBox().height())
    };
    return new Drawn(number, index, width, height, x, y, v, box, head);
  }

  private static double hundredths(double value) {
    return Math.rint(100 * value) / 100;
  }

  /** expected.csv, and the same in the dialects that spreadsheets and programs have. */
  private void tables() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> header =
        new ArrayList<>(
            List.of("image", "person", "box_x", "box_y", "box_w", "box_h", "head_size"));
    for (String joint : JOINTS) {
      header.addAll(List.of(joint + "_x", joint + "_y", joint + "_v"));
    }
    rows.add(header);
    for (Drawn p : people) {
      List<String> row = new ArrayList<>(List.of(p.photo(), String.valueOf(p.person)));
      for (double side : p.box) {
        row.add(number(side));
      }
      row.add(number(0.6 * Math.hypot(p.head[2], p.head[3])));
      for (int k = 0; k < JOINTS.size(); k++) {
        boolean annotated = p.v[k] > 0;
        row.add(annotated ? number(p.x[k]) : "");
        row.add(annotated ? number(p.y[k]) : "");
        row.add(String.valueOf(p.v[k]));
      }
      rows.add(row);
    }
    text("expected.csv", lines(rows, ","), StandardCharsets.UTF_8);
    text("csv/commas.csv", lines(rows, ","), StandardCharsets.UTF_8);
    List<List<String>> decimalCommas =
        rows.stream()
            .map(row -> row.stream().map(f -> f.matches("-?[0-9.]+") ? f.replace('.', ',') : f))
            .map(java.util.stream.Stream::toList)
            .toList();
    text("csv/semicolons.csv", lines(decimalCommas, ";"), StandardCharsets.UTF_8);
    text("csv/excel-unicode.txt", "\ufeff" + lines(rows, "\t"), StandardCharsets.UTF_16LE);
    // MATLAB's first pixel is (1, 1); boxes are left out, and joints that are not there are NaN.
    List<List<String>> oneBased = new ArrayList<>();
    List<String> windows = new ArrayList<>(List.of("filename", "person"));
    for (String joint : JOINTS) {
      windows.addAll(List.of(joint + "_x", joint + "_y", joint + "_v"));
    }
    oneBased.add(windows);
    for (Drawn p : people) {
      List<String> row = new ArrayList<>();
      row.add("C:\\Users\\me\\photos\\" + p.photo());
      row.add(String.valueOf(p.person));
      for (int k = 0; k < JOINTS.size(); k++) {
        boolean annotated = p.v[k] > 0;
        row.add(annotated ? number(p.x[k] + 1) : "NaN");
        row.add(annotated ? number(p.y[k] + 1) : "NaN");
        row.add(String.valueOf(p.v[k]));
      }
      oneBased.add(row);
    }
    text("csv/matlab-windows.csv", lines(oneBased, ","), StandardCharsets.UTF_8);
  }

  /** Four header rows; a row an image; the path in one cell, or a folder a cell. */
  private void deepLabCut() throws IOException {
    for (boolean folders : new boolean[] {false, true}) {
      List<List<String>> rows = new ArrayList<>();
      for (String name : List.of("scorer", "individuals", "bodyparts", "coords")) {
        List<String> row = new ArrayList<>(List.of(name));
        if (folders) {
          row.addAll(List.of("", ""));
        }
        for (int person = 0; person < 2; person++) {
          for (String joint : JOINTS) {
            for (String axis : List.of("x", "y")) {
              row.add(
                  switch (name) {
                    case "scorer" -> "SADI";
                    case "individuals" -> "person" + (person + 1);
                    case "bodyparts" -> joint;
                    default -> axis;
                  });
            }
          }
        }
        rows.add(row);
      }
      for (int number = 1; number <= PHOTOS; number++) {
        List<String> path = List.of("labeled-data", "images", photoName(number));
        List<String> row = new ArrayList<>(folders ? path : List.of(String.join("/", path)));
        for (int person = 0; person < 2; person++) {
          for (int k = 0; k < JOINTS.size(); k++) {
            Drawn p = find(number, person);
            boolean annotated = p != null && p.v[k] > 0;
            row.add(annotated ? number(p.x[k]) : "");
            row.add(annotated ? number(p.y[k]) : "");
          }
        }
        rows.add(row);
      }
      String name = folders ? "csv/deeplabcut-3.csv" : "csv/deeplabcut-2.1.csv";
      text(name, lines(rows, ","), StandardCharsets.UTF_8);
    }
  }

  private Drawn find(int number, int person) {
    return people.stream()
        .filter(p -> p.number == number && p.person == person)
        .findFirst()
        .orElse(null);
  }

  private void coco() throws IOException {
    List<Object> images = new ArrayList<>();
    List<Object> annotations = new ArrayList<>();
    for (Drawn p : people) {
      if (p.person == 0) {
        images.add(
            map("id", 10 * p.number, "file_name", p.photo(), "width", p.width, "height", p.height));
      }
      List<Number> keypoints = new ArrayList<>();
      for (int k = 0; k < JOINTS.size(); k++) {
        keypoints.addAll(List.of(p.x(k, 0), p.y(k, 0), p.v[k]));
      }
      annotations.add(
          map(
              "id",
              100 + annotations.size(),
              "image_id",
              10 * p.number,
              "category_id",
              1,
              "iscrowd",
              0,
              "bbox",
              p.box,
              "area",
              hundredths(p.box[2] * p.box[3]),
              "num_keypoints",
              IntStream.of(p.v).filter(v -> v > 0).count(),
              "keypoints",
              keypoints));
    }
    List<List<Integer>> edges =
        Skeleton.mpii16().edges().stream().map(e -> List.of(e.a() + 1, e.b() + 1)).toList();
    json(
        "coco.json",
        map(
            "images",
            images,
            "annotations",
            annotations,
            "categories",
            List.of(map("id", 1, "name", "person", "keypoints", JOINTS, "skeleton", edges))));
  }

  private void labelme() throws IOException {
    for (int number = 1; number <= PHOTOS; number++) {
      List<Object> shapes = new ArrayList<>();
      Drawn first = find(number, 0);
      for (int person = 0; find(number, person) != null; person++) {
        Drawn p = find(number, person);
        double[][] corners = {{p.box[0], p.box[1]}, {p.box[0] + p.box[2], p.box[1] + p.box[3]}};
        shapes.add(shape("person", corners, person, "rectangle", false));
        for (int k = 0; k < JOINTS.size(); k++) {
          if (p.v[k] > 0) {
            double[][] place = {{p.x[k], p.y[k]}};
            shapes.add(shape(JOINTS.get(k), place, person, "point", p.v[k] == 1));
          }
        }
      }
      json(
          "labelme/" + photoName(number).replace(".jpg", ".json"),
          map(
              "version",
              "5.4.1",
              "flags",
              map(),
              "shapes",
              shapes,
              "imagePath",
              "..\\images\\" + first.photo(),
              "imageData",
              null,
              "imageHeight",
              first.height,
              "imageWidth",
              first.width));
    }
  }

  private static Map<String, Object> shape(
      String label, double[][] points, int group, String type, boolean occluded) {
    return map(
        "label",
        label,
        "points",
        points,
        "group_id",
        group,
        "shape_type",
        type,
        "flags",
        occluded ? map("occluded", true) : map());
  }

  /** Shares of the image: a class, the box's middle and sides, and x, y, v of every joint. */
  private void yolo() throws IOException {
    for (int number = 1; number <= PHOTOS; number++) {
      StringBuilder lines = new StringBuilder();
      for (int person = 0; find(number, person) != null; person++) {
        Drawn p = find(number, person);
        lines.append("0");
        share(lines, p.box[0] + p.box[2] / 2, p.width);
        share(lines, p.box[1] + p.box[3] / 2, p.height);
        share(lines, p.box[2], p.width);
        share(lines, p.box[3], p.height);
        for (int k = 0; k < JOINTS.size(); k++) {
          share(lines, p.x(k, 0), p.width);
          share(lines, p.y(k, 0), p.height);
          lines.append(' ').append(p.v[k]);
        }
        lines.append('\n');
      }
      String name = "labels/" + photoName(number).replace(".jpg", ".txt");
      text(name, lines.toString(), StandardCharsets.UTF_8);
    }
    int[] flip = Skeleton.mpii16().flipPermutation();
    text(
        "data.yaml",
        "train: images\nkpt_shape: [16, 3]\nflip_idx: "
            + IntStream.of(flip).boxed().toList()
            + "\nnames:\n  0: person\nkpt_names:\n  0: ["
            + String.join(", ", JOINTS)
            + "]\n",
        StandardCharsets.UTF_8);
  }

  private static void share(StringBuilder line, double pixels, int side) {
    line.append(String.format(Locale.ROOT, " %.6f", pixels / side));
  }

  /** The official file: points from (1, 1) on, with the joint's number and whether it is seen. */
  private void mpii() throws IOException {
    Struct annolist = Mat5.newStruct(1, PHOTOS);
    Matrix train = Mat5.newMatrix(1, PHOTOS);
    Cell single = Mat5.newCell(PHOTOS, 1);
    for (int i = 0; i < PHOTOS; i++) {
      int number = i + 1;
      List<Drawn> here = people.stream().filter(p -> p.number == number).toList();
      Struct rects = Mat5.newStruct(1, here.size());
      for (Drawn p : here) {
        int j = p.person;
        double[] head = {
          p.head[0] + 1, p.head[1] + 1, p.head[0] + p.head[2] + 1, p.head[1] + p.head[3] + 1
        };
        for (int side = 0; side < 4; side++) {
          String field = List.of("x1", "y1", "x2", "y2").get(side);
          rects.set(field, j, Mat5.newScalar(head[side]));
        }
        rects.set("scale", j, Mat5.newScalar(p.box[3] / 200));
        rects.set("objpos", j, place(p.box[0] + p.box[2] / 2 + 1, p.box[1] + p.box[3] / 2 + 1));
        int points = (int) IntStream.of(p.v).filter(v -> v > 0).count();
        Struct point = Mat5.newStruct(1, points);
        int at = 0;
        for (int k = 0; k < JOINTS.size(); k++) {
          if (p.v[k] > 0) {
            point.set("x", at, Mat5.newScalar(p.x[k] + 1));
            point.set("y", at, Mat5.newScalar(p.y[k] + 1));
            point.set("id", at, Mat5.newScalar(k));
            point.set("is_visible", at, Mat5.newScalar(p.v[k] - 1));
            at++;
          }
        }
        rects.set("annopoints", j, Mat5.newStruct().set("point", point));
      }
      annolist.set("image", i, Mat5.newStruct().set("name", Mat5.newString(photoName(number))));
      annolist.set("annorect", i, rects);
      train.setDouble(i, 1);
      single.set(i, Mat5.newScalar(1));
    }
    Struct release =
        Mat5.newStruct()
            .set("annolist", annolist)
            .set("img_train", train)
            .set("single_person", single);
    mat("mpii.mat", "RELEASE", release);
  }

  private static Struct place(double x, double y) {
    return Mat5.newStruct().set("x", Mat5.newScalar(x)).set("y", Mat5.newScalar(y));
  }

  /** What Convolutional Pose Machines and HRNet made of the official file; from (1, 1) on. */
  private void mpiiJson() throws IOException {
    List<Object> posed = new ArrayList<>();
    List<Object> hrnet = new ArrayList<>();
    for (Drawn p : people) {
      double[] position = {p.box[0] + p.box[2] / 2 + 1, p.box[1] + p.box[3] / 2 + 1};
      List<Object> self = new ArrayList<>();
      List<Object> joints = new ArrayList<>();
      List<Integer> visible = new ArrayList<>();
      for (int k = 0; k < JOINTS.size(); k++) {
        self.add(List.of(p.x(k, -1) + 1, p.y(k, -1) + 1, p.v[k] == 2 ? 1 : 0));
        joints.add(List.of(p.x(k, -2) + 1, p.y(k, -2) + 1));
        visible.add(p.v[k] > 0 ? 1 : 0);
      }
      posed.add(
          map(
              "dataset",
              "MPI",
              "isValidation",
              0.0,
              "img_paths",
              p.photo(),
              "img_width",
              p.width,
              "img_height",
              p.height,
              "objpos",
              position,
              "scale_provided",
              p.box[3] / 200,
              "joint_self",
              self));
      hrnet.add(
          map(
              "joints_vis",
              visible,
              "joints",
              joints,
              "image",
              p.photo(),
              "scale",
              p.box[3] / 200,
              "center",
              position));
    }
    json("mpii-pytorch-pose.json", posed);
    json("mpii-hrnet.json", hrnet);
  }

  /** joints.mat of both, of the first in each photo: 3 x 14 x photos, and 14 x 3 x photos. */
  private void leeds() throws IOException {
    Matrix lsp = Mat5.newMatrix(new int[] {3, 14, PHOTOS});
    Matrix lspet = Mat5.newMatrix(new int[] {14, 3, PHOTOS});
    for (int i = 0; i < PHOTOS; i++) {
      Drawn p = find(i + 1, 0);
      for (int j = 0; j < 14; j++) {
        String name = Skeleton.lsp14().joints().get(j);
        int k = JOINTS.indexOf(name.equals("neck") ? "upper_neck" : name);
        // LSP knows no joint that is not annotated; its flag says occluded, LSPET's annotated.
        double[] one = {p.x[k] + 1, p.y[k] + 1, p.v[k] == 2 ? 0 : 1};
        double[] other = {p.x(k, -20) + 1, p.y(k, -20) + 1, p.v[k] > 0 ? 1 : 0};
        for (int c = 0; c < 3; c++) {
          lsp.setDouble(new int[] {c, j, i}, one[c]);
          lspet.setDouble(new int[] {j, c, i}, other[c]);
        }
      }
    }
    mat("lsp-joints.mat", "joints", lsp);
    mat("lspet-joints.mat", "joints", lspet);
  }

  /** Always the same bytes: the library writes the time into the text at the file's beginning. */
  private static void mat(String name, String variable, Array array) throws IOException {
    Path file = FOLDER.resolve(name);
    Files.deleteIfExists(file);
    try (MatFile content = Mat5.newMatFile();
        var sink = Sinks.newStreamingFile(file.toFile())) {
      content.addArray(variable, array);
      content.writeTo(sink);
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] text =
          String.format("%-116s", "MATLAB 5.0 MAT-file").getBytes(StandardCharsets.US_ASCII);
      bytes.write(text);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String lines(List<List<String>> rows, String between) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(String.join(between, row)).append('\n'));
    return text.toString();
  }

  private static void json(String name, Object content) throws IOException {
    text(name, GSON.toJson(content) + "\n", StandardCharsets.UTF_8);
  }

  private static void text(String name, String content, Charset charset) throws IOException {
    Path file = FOLDER.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content.getBytes(charset));
  }

  /** An object with its keys in order. */
  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
