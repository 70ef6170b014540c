package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.image.Image;
import io.sadi.testing.BinSadi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures that libraries have something to say about, without a file name. Stderr is a plain file
 * here, as in a job's log, which {@link BinSadi} reads for lines that are not SADI's.
 */
@EnabledOnOs(OS.LINUX)
class NativeWordsIT {
  @TempDir private Path folder;

  private static byte[] picture(Path file) throws IOException {
    byte[] rgb = new byte[3 * 64 * 64];
    new Random(1).nextBytes(rgb);
    try (Image image = Image.of(rgb, 64, 64)) {
      image.writePng(file);
      return image.jpeg(80);
    }
  }

  /** A colour profile of two bytes, behind the header. */
  private static byte[] withProfile(byte[] png) {
    final int header = 33;
    byte[] body = "iCCPbad\0\0xy".getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(body);
    ByteBuffer chunk = ByteBuffer.allocate(body.length + 8);
    chunk.putInt(body.length - 4).put(body).putInt((int) crc.getValue());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(png, 0, header);
    out.writeBytes(chunk.array());
    out.write(png, header, png.length - header);
    return out.toByteArray();
  }

  @Test
  void whatLibrariesSayOfOddPicturesIsNotHeard() throws IOException {
    Path png = folder.resolve("photos/profile.png");
    Files.createDirectories(png.getParent());
    byte[] jpeg = picture(png);
    Files.write(png, withProfile(Files.readAllBytes(png)));
    ByteArrayOutputStream surplus = new ByteArrayOutputStream();
    surplus.write(jpeg, 0, jpeg.length - 2);
    surplus.writeBytes(new byte[8]);
    surplus.write(jpeg, jpeg.length - 2, 2);
    Files.write(folder.resolve("photos/surplus.jpg"), surplus.toByteArray());
    Files.write(folder.resolve("photos/cut.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    BinSadi.Result result = new BinSadi().in(folder).run("predict", "photos");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(4);
    assertThat(result.out()).contains("profile.png,", "surplus.jpg,").doesNotContain("cut.jpg");
    assertThat(result.err()).contains("sadi: warning: cut.jpg: the image is cut off");
  }
}
