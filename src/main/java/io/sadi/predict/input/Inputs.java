package io.sadi.predict.input;

import io.sadi.image.ImageFormat;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the arguments of a command name: files, folders, globs that the shell did not expand, {@code
 * @list.txt}, and {@code -} for paths on stdin. Lists hold a path a line, of a file or a folder,
 * relative to the working directory; or paths that end in a zero byte. Folders are searched to the bottom for pictures by their
 * extension, hidden ones left out, and come in code-point order of their '/'-separated paths. Files
 * are taken as they are named; whether they can be read is seen when they are.
 */
public final class Inputs {
  /** Java compares UTF-16 units, which puts characters beyond the first 65,536 too early. */
  public static final Comparator<String> CODE_POINTS =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private final Map<String, InputImage> images = new LinkedHashMap<>();
  private final List<InputFailure> failures = new ArrayList<>();
  private final Map<ImageFormat, Integer> unreadable = new EnumMap<>(ImageFormat.class);
  private int repeated;

  private Inputs() {}

  /**
   * Finds the pictures.
   *
   * @param arguments as on the command line
   * @param stdin read, as UTF-8, where one of them is {@code -}
   * @throws BadInputException if an argument names no picture at all, or two pictures would be
   *     called the same
   */
  public static Inputs find(List<String> arguments, InputStream stdin) throws IOException {
    Inputs inputs = new Inputs();
    for (String argument : arguments) {
      if (argument.equals("-")) {
        inputs.addPaths(stdin.readAllBytes(), "stdin");
      } else if (argument.startsWith("@")) {
        Path list = path(argument.substring(1));
        InputFile.require(list);
        inputs.addPaths(Files.readAllBytes(list), list.toString());
      } else {
        inputs.addArgument(argument);
      }
    }
    if (inputs.images.isEmpty() && inputs.failures.isEmpty()) {
      throw BadInputException.at(
          String.join(" ", arguments), "no path", "images, folders or lists of them", "");
    }
    return inputs;
  }

  /**
   * Finds the pictures, and says what is odd.
   *
   * @param done what happens to each, as in {@code predicted}
   * @see #find(List, InputStream)
   */
  public static Inputs find(
      List<String> arguments, InputStream stdin, String done, Progress progress)
      throws IOException {
    Inputs inputs = find(arguments, stdin);
    if (inputs.repeated > 0) {
      progress.warn(inputs.repeated + " images named a second time are " + done + " once");
    }
    if (!inputs.unreadable.isEmpty()) {
      progress.warn(
          inputs.unreadable()
              + " in folders passed over, which cannot be read; "
              + ImageFormat.ADVICE);
    }
    return inputs;
  }

  /** In the order of the arguments, each once. */
  public List<InputImage> images() {
    return List.copyOf(images.values());
  }

  /** Folders that could not be searched. */
  public List<InputFailure> failures() {
    return List.copyOf(failures);
  }

  /** How many pictures were named a second time. */
  int repeated() {
    return repeated;
  }

  /**
   * What was passed over in folders: pictures of kinds that are not read, such as {@code 5 HEIC, 1
   * AVIF}; empty where there are none.
   */
  String unreadable() {
    return unreadable.entrySet().stream()
        .map(kind -> kind.getValue() + " " + kind.getKey().label())
        .collect(Collectors.joining(", "));
  }

  private void addArgument(String argument) throws IOException {
    Path path = path(argument);
    if (Files.exists(path) || !Glob.isGlob(argument)) {
      addPath(path);
      return;
    }
    List<Path> matches = Glob.expand(argument);
    if (matches.isEmpty()) {
      throw BadInputException.at(argument, "no file of that pattern", "at least one", "");
    }
    for (Path match : matches) {
      addPath(match);
    }
  }

  private void addPaths(byte[] bytes, String origin) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw BadInputException.at(origin, "bytes that are not UTF-8", "a path a line", "");
    }
    String paths = text.startsWith("\uFEFF") ? text.substring(1) : text;
    // What find -print0 writes: names may hold ends of lines then.
    Stream<String> names =
        paths.indexOf('\0') < 0 ? paths.lines() : Stream.of(paths.split("\0", -1));
    for (String name : names.filter(path -> !path.isBlank()).toList()) {
      addPath(path(name));
    }
  }

  private void addPath(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      add(new InputImage(slashed(path), path));
      return;
    }
    List<InputImage> found = new ArrayList<>();
    int failuresBefore = failures.size();
    Files.walkFileTree(
        path, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, search(path, found));
    if (found.isEmpty() && failures.size() == failuresBefore) {
      throw BadInputException.at(
          path,
          unreadable.isEmpty() ? "a folder without images" : "no image but " + unreadable(),
          "files such as " + String.join(", ", names()),
          unreadable.isEmpty() ? "" : ImageFormat.ADVICE);
    }
    found.sort(Comparator.comparing(InputImage::name, CODE_POINTS));
    for (InputImage image : found) {
      add(image);
    }
  }

  private FileVisitor<Path> search(Path root, List<InputImage> found) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        return isHidden(folder) && !folder.equals(root)
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        ImageFormat format = isHidden(file) ? null : ImageFormat.ofName(file);
        if (format != null && format.readable()) {
          found.add(new InputImage(slashed(root.relativize(file)), file));
        } else if (format != null) {
          unreadable.merge(format, 1, Integer::sum);
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException e) {
        // A link back up shows nothing that is not found anyway.
        if (!(e instanceof FileSystemLoopException)) {
          failures.add(new InputFailure(slashed(file), "the folder cannot be read"));
        }
        return FileVisitResult.CONTINUE;
      }
    };
  }

  private void add(InputImage image) {
    InputImage before = images.putIfAbsent(image.name(), image);
    if (before == null) {
      return;
    }
    if (!absolute(before).equals(absolute(image))) {
      throw new BadInputException(
          before.file()
              + " and "
              + image.file()
              + " would both be called "
              + image.name()
              + " in the output; name a folder that holds both, or predict them one by one");
    }
    repeated++;
  }

  private static Path absolute(InputImage image) {
    return image.file().toAbsolutePath().normalize();
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw BadInputException.at("'" + text + "'", "no path", "a file or a folder", "");
    }
  }

  private static List<String> names() {
    return ImageFormat.readableExtensions().stream().map(extension -> "*." + extension).toList();
  }

  private static boolean isHidden(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") && !name.equals(".") && !name.equals("..");
  }

  private static String slashed(Path path) {
    return path.toString().replace(File.separatorChar, '/');
  }
}
