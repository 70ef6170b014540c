package io.sadi.io;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where JavaCPP unpacks the native libraries: the folder that its property names, else one in the
 * user's home. Where neither can be written, JavaCPP would take a folder for temporary files, which
 * another user may have prepared with other libraries; this takes one that only this user can
 * write.
 */
public final class NativeCache {
  private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

  /** What the CPU's libraries take when they are unpacked. */
  private static final long UNPACKED = 500L << 20;

  /** Another folder than the one that was named, which cannot be used. */
  private record MovedCache(Path from, Path to) {}

  private static @Nullable MovedCache moved;

  private NativeCache() {}

  /** Whether the folder was named, and not found by us. */
  public static boolean isNamed() {
    return !System.getProperty(PROPERTY, "").isEmpty();
  }

  /**
   * The folder that JavaCPP takes. {@link #load} sets it before the first library is loaded,
   * because JavaCPP reads the setting only once.
   *
   * @throws FailedException if there is none that nobody else can write
   */
  public static synchronized Path folder() {
    if (isNamed()) {
      Path named = Path.of(System.getProperty(PROPERTY));
      if (isUsable(named)) {
        return named;
      }
      Path other = unnamed();
      moved = new MovedCache(named, other);
      System.setProperty(PROPERTY, other.toString());
      return other;
    }
    return unnamed();
  }

  private static Path unnamed() {
    Path inHome = Path.of(System.getProperty("user.home", "?"), ".javacpp", "cache");
    if (inHome.isAbsolute() && isUsable(inHome)) {
      return inHome;
    }
    Path own = ownFolder(Path.of(System.getProperty("java.io.tmpdir")));
    System.setProperty(PROPERTY, own.toString());
    return own;
  }

  /** Why the folder is another than the one that was named, one line; null where it is not. */
  public static synchronized @Nullable String warning() {
    Path folder = folder();
    return moved == null || !moved.to.equals(folder)
        ? null
        : moved.from
            + " (org.bytedeco.javacpp.cachedir) cannot be written: the native libraries are in "
            + folder;
  }

  /**
   * Loads libraries while no other process unpacks any. JavaCPP unpacks one at a time, under a lock
   * of its own, but loading one makes the system read those that it needs, and where another
   * process has unpacked half of one of them it ends this process. Once all are there nobody waits.
   *
   * @param what is loaded
   * @param loading may unpack; what it throws is passed on. It returns the file of a library that
   *     it loaded: where that is gone, all are unpacked again
   */
  public static synchronized void load(String what, Supplier<String> loading) {
    Path folder = folder();
    TimeZone zone = TimeZone.getDefault();
    // A jar's times are local ones, which JavaCPP compares with the files': in another time zone
    // all of them would be unpacked again.
    TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
    try {
      Path whole = folder.resolve("." + what + "-" + jars().substring(0, 16));
      try (ProcessLock lock = isWhole(whole) ? null : lock(folder)) {
        NativeStderr.disconnect();
        String library = loading.get();
        if (lock != null) {
          Files.writeString(whole, library);
        }
      } catch (IOException e) {
        // All is loaded; the next process will take the lock, too.
      }
    } finally {
      TimeZone.setDefault(zone);
    }
  }

  /** Whether all was unpacked, and not removed since by somebody who frees space. */
  private static boolean isWhole(Path mark) {
    try {
      String library = Files.readString(mark);
      return !library.isEmpty() && Files.exists(Path.of(library));
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }

  /** Null in a folder that may be read only, where nothing is unpacked. */
  private static @Nullable ProcessLock lock(Path folder) {
    try {
      return ProcessLock.take(folder.resolve(".sadi.lock"));
    } catch (IOException | FailedException e) {
      return null;
    }
  }

  /** Whose libraries they are: another build's may be others under the same names. SHA-256. */
  public static String jars() {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      File file = new File(entry);
      jars.add(entry + " " + file.length() + " " + file.lastModified());
    }
    return Checksum.sha256(jars);
  }

  /**
   * What may be wrong with the folder where a library could not be loaded: JavaCPP does not say
   * that it could not unpack one.
   *
   * @return empty where there is nothing
   */
  public static String trouble() {
    Path folder = folder();
    try {
      if (!isUsable(folder)) {
        return folder + " cannot be written";
      }
      long free = Files.getFileStore(folder).getUsableSpace();
      return free < UNPACKED
          ? "no space left in " + folder + ", which has " + (free >> 20) + " MB"
          : "";
    } catch (IOException e) {
      return folder + " cannot be read";
    }
  }

  private static boolean isUsable(Path folder) {
    try {
      Files.createDirectories(folder);
      return Files.isReadable(folder) && Files.isWritable(folder) && Files.isExecutable(folder);
    } catch (IOException e) {
      return false;
    }
  }

  /** A folder below another that only this user can write, made if it is not there. */
  static Path ownFolder(Path temporary) {
    String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_.-]", "_");
    Path folder = temporary.resolve("sadi-natives-" + user);
    String reason;
    try {
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (isOurs(folder)) {
        return folder;
      }
      reason = "others may write it";
    } catch (IOException e) {
      reason = "it cannot be written";
    }
    throw new FailedException(
        folder
            + ": no place to unpack the native libraries, "
            + reason
            + "; name one: SADI_JAVA_OPTS=-D"
            + PROPERTY
            + "=FOLDER");
  }

  private static boolean isOurs(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return false;
    }
    Path file = Files.createTempFile(folder, "whose", "");
    try {
      return Files.getOwner(file).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS));
    } finally {
      Files.delete(file);
    }
  }
}
