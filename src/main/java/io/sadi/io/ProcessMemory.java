package io.sadi.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this process takes of the machine's memory, native memory included. */
public final class ProcessMemory {
  private ProcessMemory() {}

  /** Resident memory now, in MB (10^6 bytes); 0 where the system does not say. */
  public static long residentMb() {
    return field("VmRSS:");
  }

  /** The largest resident memory so far, in MB; 0 where the system does not say. */
  public static long peakMb() {
    return field("VmHWM:");
  }

  /** Begins {@link #peakMb} anew, where the system allows it (Linux). */
  public static void resetPeak() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException e) {
      return; // the largest so far stays the largest
    }
  }

  private static long field(String name) {
    try {
      List<String> lines =
          Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1);
      for (String line : lines) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1_000_000;
        }
      }
    } catch (IOException e) {
      return 0; // not Linux
    }
    return 0;
  }
}
