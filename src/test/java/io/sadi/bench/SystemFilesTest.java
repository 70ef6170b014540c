package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers say in several places what they may use; the doctor must find it. */
class SystemFilesTest {
  @TempDir private Path root;

  private SystemFiles host() {
    return new SystemFiles(root, Map.of("LD_LIBRARY_PATH", "/opt/cuda/lib64:/opt/more"));
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  @Test
  void machineThatSaysNothingHasNoAnswers() {
    assertThat(host().memory("MemTotal")).isEmpty();
    assertThat(host().memoryLimit()).isEmpty();
    assertThat(host().cpuLimit()).isEmpty();
    assertThat(host().field("proc/cpuinfo", "flags")).isEmpty();
    assertThat(host().libraryFolders()).contains(root.resolve("usr/lib64"));
  }

  @Test
  void readsMemoryAndProcessor() throws IOException {
    write("proc/meminfo", "MemTotal:       24684096 kB\nMemAvailable:   21288292 kB\n");
    write("proc/cpuinfo", "model name\t: AMD EPYC\nflags\t\t: fpu avx2 fma\n");
    assertThat(host().memory("MemAvailable")).hasValue(21288292L * 1024);
    assertThat(host().field("proc/cpuinfo", "model name")).isEqualTo("AMD EPYC");
    assertThat(host().field("proc/cpuinfo", "flags")).isEqualTo("fpu avx2 fma");
  }

  @Test
  void readsTheLimitsOfBothKindsOfControlGroups() throws IOException {
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(host().memoryLimit()).isEmpty();
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
    assertThat(host().memoryLimit()).hasValue(2147483648L);
    write("sys/fs/cgroup/memory.max", "max\n");
    write("sys/fs/cgroup/cpu.max", "max 100000\n");
    assertThat(host().cpuLimit()).isEmpty();
    write("sys/fs/cgroup/memory.max", "1073741824\n");
    write("sys/fs/cgroup/cpu.max", "150000 100000\n");
    assertThat(host().memoryLimit()).hasValue(1073741824L);
    assertThat(host().cpuLimit()).hasValue(1.5);
    Files.delete(root.resolve("sys/fs/cgroup/cpu.max"));
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assertThat(host().cpuLimit()).isEmpty();
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
    assertThat(host().cpuLimit()).hasValue(0.5);
  }

  /** Threads count as processes: Docker's --pids-limit leaves LibTorch short of them. */
  @Test
  void readsHowManyProcessesAContainerMayHave() throws IOException {
    assertThat(host().processesLimit()).isEmpty();
    write("sys/fs/cgroup/pids.max", "max\n");
    assertThat(host().processesLimit()).isEmpty();
    write("sys/fs/cgroup/pids.max", "100\n");
    assertThat(host().processesLimit()).hasValue(100);
    write("sys/fs/cgroup/pids/pids.max", "64\n");
    assertThat(host().processesLimit()).hasValue(64);
  }

  @Test
  void librariesAreWhereTheLinkerLooks() throws IOException {
    write("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n/opt/old\n");
    write("etc/ld.so.conf.d/cuda.conf", "# CUDA\n/usr/local/cuda/lib64\n");
    assertThat(host().libraryFolders())
        .startsWith(root.resolve("opt/cuda/lib64"), root.resolve("opt/more"))
        .contains(root.resolve("opt/old"), root.resolve("usr/local/cuda/lib64"));
  }

  /** Without a container the limit is that of a slice some way down, or of one above it. */
  @Test
  void readsTheLimitsOfGroupsAboveItsOwn() throws IOException {
    write("proc/self/cgroup", "0::/user.slice/job.scope\n");
    write("sys/fs/cgroup/user.slice/memory.max", "3000000000\n");
    write("sys/fs/cgroup/user.slice/cpu.max", "400000 100000\n");
    write("sys/fs/cgroup/user.slice/job.scope/memory.max", "max\n");
    assertThat(host().memoryLimit()).hasValue(3_000_000_000L);
    assertThat(host().cpuLimit()).hasValue(4);
    write("sys/fs/cgroup/user.slice/job.scope/memory.max", "2000000000\n");
    write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "50000 100000\n");
    assertThat(host().memoryLimit()).hasValue(2_000_000_000L);
    assertThat(host().cpuLimit()).hasValue(0.5);
  }

  @Test
  void readsWhatUlimitSays() throws IOException {
    write(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max file size             unlimited            unlimited            bytes
        Max open files            20                   524288               files
        Max address space         2048000000           2048000000           bytes
        """);
    assertThat(host().processLimit("Max open files")).hasValue(20);
    assertThat(host().processLimit("Max address space")).hasValue(2_048_000_000L);
    assertThat(host().processLimit("Max file size")).isEmpty();
  }
}
