package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever can write the folder of the native libraries can have us run what they like. */
class NativeCacheTest {
  @TempDir private Path temporary;

  @Test
  void isReadableByNobodyElse() throws IOException {
    Path folder = NativeCache.ownFolder(temporary);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(NativeCache.ownFolder(temporary)).isEqualTo(folder).isEmptyDirectory();
  }

  @Test
  void refusesAFolderThatOthersMayWrite() throws IOException {
    Path folder = NativeCache.ownFolder(temporary);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused(folder);
  }

  @Test
  void refusesALinkAndAFile() throws IOException {
    Path folder = NativeCache.ownFolder(temporary);
    Files.delete(folder);
    Files.createSymbolicLink(folder, Files.createDirectory(temporary.resolve("theirs")));
    assertRefused(folder);
    Files.delete(folder);
    Files.createFile(folder);
    assertRefused(folder);
  }

  private void assertRefused(Path folder) {
    assertThatThrownBy(() -> NativeCache.ownFolder(temporary))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("cachedir=FOLDER");
  }

  /** Once all are there nobody waits; until then one after the other, in a time zone of all. */
  @Test
  void librariesAreUnpackedByOneProcessAtATime() throws IOException {
    Path lockFile = NativeCache.folder().resolve(".sadi.lock");
    String what = "nothing-" + temporary.getFileName();
    List<String> seen = new ArrayList<>();
    TimeZone zone = TimeZone.getDefault();
    Path library = Files.createFile(temporary.resolve("lib.so"));
    Supplier<String> look =
        () -> {
          seen.add(TimeZone.getDefault().getID() + " " + isFree(lockFile));
          return library.toString();
        };
    NativeCache.load(what, look);
    NativeCache.load(what, look);
    // Somebody frees space, as doctor advises.
    Files.delete(library);
    NativeCache.load(what, look);
    assertThat(seen).hasSize(3);
    assertThat(seen.get(0)).endsWith("false");
    assertThat(seen.get(1)).endsWith("true");
    assertThat(seen.get(2)).endsWith("false");
    assertThat(seen).allMatch(line -> TimeZone.getTimeZone(line.split(" ")[0]).getRawOffset() == 0);
    assertThat(TimeZone.getDefault()).isEqualTo(zone);
    try (Stream<Path> files = Files.list(NativeCache.folder())) {
      for (Path file : files.filter(file -> file.toString().contains(what)).toList()) {
        Files.delete(file);
      }
    }
  }

  private static boolean isFree(Path lockFile) {
    try (ProcessLock lock = ProcessLock.tryTake(lockFile)) {
      return lock != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
