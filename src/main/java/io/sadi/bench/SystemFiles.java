package io.sadi.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The machine, as described by files of the system. On other systems than Linux most of them are
 * missing, and the answers are empty.
 *
 * @param root of the file system: /, except in tests
 * @param environment the variables of this process
 */
record SystemFiles(Path root, Map<String, String> environment) {
  /** cgroup v1 writes this, or nearly this, for "no limit". */
  private static final long NO_LIMIT = 1L << 60;

  static SystemFiles here() {
    return new SystemFiles(Path.of("/"), System.getenv());
  }

  /** A file's text; empty if it cannot be read. */
  String text(String file) {
    try {
      return Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** The value after {@code name:} or {@code name =} in a file of such lines; may be empty. */
  String field(String file, String name) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(name) + "\\s*[:=]\\s*(.*)$").matcher(text(file));
    return line.find() ? line.group(1).strip() : "";
  }

  /** A size of /proc/meminfo in bytes. */
  OptionalLong memory(String name) {
    Matcher kilobytes = Pattern.compile("(\\d+) kB").matcher(field("proc/meminfo", name));
    return kilobytes.matches()
        ? OptionalLong.of(Long.parseLong(kilobytes.group(1)) * 1024)
        : OptionalLong.empty();
  }

  /** A limit of this process as {@code ulimit} sets it, such as "Max open files", if any. */
  OptionalLong processLimit(String name) {
    Matcher soft =
        Pattern.compile("(?m)^" + Pattern.quote(name) + "\\s+(\\d{1,18})\\s")
            .matcher(text("proc/self/limits"));
    return soft.find() ? OptionalLong.of(Long.parseLong(soft.group(1))) : OptionalLong.empty();
  }

  /** The memory limit of this process's control group or one above, in bytes, if any. */
  OptionalLong memoryLimit() {
    return groupLimit("memory.max", "memory/memory.limit_in_bytes");
  }

  /** The control group's limit of processes, which includes threads, if any. */
  OptionalLong processesLimit() {
    return groupLimit("pids.max", "pids/pids.max");
  }

  private OptionalLong groupLimit(String name, String formerly) {
    OptionalLong least = OptionalLong.empty();
    for (String folder : controlGroup()) {
      for (String file : List.of(folder + name, formerly)) {
        String text = text("sys/fs/cgroup/" + file).strip();
        if (text.matches("\\d{1,18}") && Long.parseLong(text) < NO_LIMIT) {
          least = OptionalLong.of(Math.min(Long.parseLong(text), least.orElse(NO_LIMIT)));
        }
      }
    }
    return least;
  }

  /** This process's control group and all above it, as folders. */
  private List<String> controlGroup() {
    List<String> folders = new ArrayList<>(List.of(""));
    Matcher own = Pattern.compile("(?m)^0::/(.+)$").matcher(text("proc/self/cgroup"));
    if (own.find()) {
      String folder = "";
      for (String name : own.group(1).split("/", -1)) {
        folder += name + "/";
        folders.add(folder);
      }
    }
    return folders;
  }

  /** The control group's limit of processors, if any. */
  OptionalDouble cpuLimit() {
    List<String> quotas = new ArrayList<>();
    for (String folder : controlGroup()) {
      quotas.add(text("sys/fs/cgroup/" + folder + "cpu.max").strip());
    }
    quotas.add(
        text("sys/fs/cgroup/cpu/cpu.cfs_quota_us").strip()
            + " "
            + text("sys/fs/cgroup/cpu/cpu.cfs_period_us").strip());
    return quotas.stream()
        .filter(quota -> quota.matches("\\d{1,15} [1-9]\\d{0,14}"))
        .map(quota -> quota.split(" ", -1))
        .mapToDouble(quota -> Double.parseDouble(quota[0]) / Double.parseDouble(quota[1]))
        .min();
  }

  /** The folders where the dynamic linker searches for libraries. */
  List<Path> libraryFolders() {
    List<Path> folders = new ArrayList<>();
    for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(root.resolve(folder.replaceFirst("^/+", "")));
      }
    }
    List<Path> configurations = new ArrayList<>(List.of(root.resolve("etc/ld.so.conf")));
    try (Stream<Path> more = Files.list(root.resolve("etc/ld.so.conf.d"))) {
      more.sorted().forEach(configurations::add);
    } catch (IOException e) {
      // a system without
    }
    for (Path configuration : configurations) {
      for (String line : text(root.relativize(configuration).toString()).split("\n", -1)) {
        if (line.startsWith("/")) {
          folders.add(root.resolve(line.strip().substring(1)));
        }
      }
    }
    for (String usual : List.of("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64")) {
      folders.add(root.resolve(usual));
    }
    folders.add(root.resolve("usr/lib64"));
    folders.add(root.resolve("usr/lib"));
    return folders;
  }
}
