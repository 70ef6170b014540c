package io.sadi.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders that appear whole: they are built as {@code NAME.part}, which then becomes NAME. */
public final class AtomicFolder {
  /** In the part, while a process writes it. */
  private static final String LOCK = ".lock";

  private AtomicFolder() {}

  /**
   * Fills the folder it is given. Long work looks at the guard and throws an InterruptedIOException
   * when the process has been told to end.
   */
  @FunctionalInterface
  public interface FolderContent {
    void writeTo(Path folder, Interruption.Guard guard) throws IOException;
  }

  /**
   * Says early what {@link #write} would refuse: a folder that holds something, unless it may be
   * overwritten and has {@code marker} in it. So a wrong {@code --out} never deletes what is not
   * ours.
   *
   * @param marker a file that every folder of this kind has
   */
  public static void check(Path folder, boolean overwrite, String marker) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw BadInputException.at(folder, "the root of all files", "a folder of its own", "");
    }
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS) || isEmptyFolder(target)) {
      return;
    }
    if (!overwrite) {
      throw new BadInputException(
          folder + ": exists already; name another folder, or replace it with --overwrite");
    }
    if (!Files.isRegularFile(target.resolve(marker))) {
      throw BadInputException.at(
          folder,
          "something without " + marker,
          "a folder that --overwrite may replace",
          "name another folder, or remove this one yourself");
    }
  }

  /**
   * Writes a folder whole or not at all, replacing what {@link #check} lets it replace. On any
   * failure the part is removed and the old folder stays; Ctrl-C and SIGTERM wait for that.
   */
  public static void write(Path folder, boolean overwrite, String marker, FolderContent content)
      throws IOException {
    check(folder, overwrite, marker);
    Path target = folder.toAbsolutePath().normalize();
    Path part = AtomicFile.part(target);
    try (Interruption.Guard guard = Interruption.guard();
        ProcessLock lock = lock(folder, part)) {
      try {
        deleteContent(part); // of a process that was killed
        content.writeTo(part, guard);
        check(folder, overwrite, marker); // somebody else may have been quicker
        // The lock moves with the part: if it were released first, another process could take the
        // part and empty it.
        moveInPlace(part, target);
        Files.deleteIfExists(target.resolve(LOCK));
      } catch (IOException | RuntimeException | Error e) {
        try {
          FileTree.delete(part);
        } catch (IOException suppressed) {
          e.addSuppressed(suppressed);
        }
        throw e;
      }
    }
  }

  /** The lock of a part: a file in it, which is moved or deleted with it. */
  private static ProcessLock lock(Path folder, Path part) throws IOException {
    while (true) {
      if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(part); // a folder, which another process made just now, would stay
      }
      ProcessLock lock = tryTake(part);
      if (lock == null) {
        throw BadInputException.at(
            folder,
            "another process that writes it (" + part.getFileName() + ")",
            "one at a time",
            "wait for it, or name another folder");
      }
      if (lock.holds()) {
        return lock;
      }
      lock.close(); // on a file that the process before us has just removed
    }
  }

  private static @Nullable ProcessLock tryTake(Path part) throws IOException {
    try {
      return ProcessLock.tryTake(part.resolve(LOCK));
    } catch (NoSuchFileException e) {
      return tryTake(part); // the other has just come to its end, and moved the part
    } catch (IOException e) { // a full disk, on which nothing of ours must stay
      try {
        Files.deleteIfExists(part.resolve(LOCK));
        Files.deleteIfExists(part);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static void moveInPlace(Path part, Path target) throws IOException {
    // A name that nobody gives a folder of theirs: NAME.old may be somebody's copy.
    Path old = target.resolveSibling(target.getFileName() + ".part.old");
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(part, target);
      FileTree.delete(old); // of a process that was killed between two moves
      return;
    }
    FileTree.delete(old);
    Files.move(target, old);
    try {
      Files.move(part, target);
    } catch (IOException e) {
      Files.move(old, target);
      throw e;
    }
    FileTree.delete(old);
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.findAny().isEmpty();
    }
  }

  private static void deleteContent(Path part) throws IOException {
    try (Stream<Path> entries = Files.list(part)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals(LOCK)) {
          FileTree.delete(entry);
        }
      }
    }
  }
}
