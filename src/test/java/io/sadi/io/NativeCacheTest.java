package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
}
