package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong when JavaCPP's libraries travel in one jar with everything else. */
class PackagedJarIT {
  private static final String PLATFORM = System.getProperty("sadi.platform", "");

  @TempDir private Path folder;

  private static List<String> entries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().map(ZipEntry::getName).filter(n -> !n.endsWith("/")).toList();
    }
  }

  private static byte[] read(Path jar, String entry) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile());
        InputStream in = zip.getInputStream(zip.getEntry(entry))) {
      return in.readAllBytes();
    }
  }

  private static String text(String entry) throws IOException {
    return new String(read(BinSadi.JAR, entry), StandardCharsets.UTF_8);
  }

  /** The jars of org.bytedeco that the build has put together. */
  private static List<Path> presets() {
    List<Path> jars = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (element.contains("bytedeco")) {
        jars.add(Path.of(element));
      }
    }
    assertThat(jars).hasSizeGreaterThanOrEqualTo(8);
    return jars;
  }

  private static Path preset(String prefix) {
    return presets().stream()
        .filter(jar -> jar.getFileName().toString().startsWith(prefix))
        .filter(jar -> jar.getFileName().toString().endsWith(PLATFORM + ".jar"))
        .findFirst()
        .orElseThrow();
  }

  /** JavaCPP's cache goes by the jar's name: two versions must not share what they unpacked. */
  @Test
  void nameHoldsVersionAndPlatform() {
    assertThat(BinSadi.JAR.getFileName().toString())
        .startsWith("sadi-" + System.getProperty("sadi.version") + "-" + PLATFORM);
    assertThat(BinSadi.JAR).exists();
  }

  @Test
  void manifestStartsSadiAndGrantsNativeAccess() throws IOException {
    try (JarFile jar = new JarFile(BinSadi.JAR.toFile())) {
      Attributes main = jar.getManifest().getMainAttributes();
      assertThat(main.getValue("Main-Class")).isEqualTo("io.sadi.Sadi");
      assertThat(main.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
      assertThat(main.getValue("Multi-Release")).isEqualTo("true");
      assertThat(main.getValue("Implementation-Version"))
          .isEqualTo(System.getProperty("sadi.version"));
    }
  }

  @Test
  void holdsNothingThatOneJarMustNotHold() throws IOException {
    assertThat(entries(BinSadi.JAR))
        .noneMatch(name -> name.endsWith("module-info.class"))
        .noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA|EC)"))
        .noneMatch(name -> name.endsWith("jnijavacpp.cpp"))
        .noneMatch(name -> name.contains("/python/"))
        .doesNotHaveDuplicates();
  }

  /** LibTorch calls back into classes by name: a jar made smaller fails far from here. */
  @Test
  void presetsAreWhole() throws IOException {
    TreeSet<String> expected = new TreeSet<>();
    for (Path jar : presets()) {
      for (String name : entries(jar)) {
        boolean used =
            name.endsWith(".class") || name.matches(".*\\.so(\\.[0-9.]+)?|.*\\.(dylib|dll)");
        if (used && !name.endsWith("module-info.class") && !name.contains("/python/")) {
          expected.add(name);
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(3000);
    assertThat(new TreeSet<>(entries(BinSadi.JAR))).containsAll(expected);
  }

  /** openblas and pytorch carry older copies, which lack classes that JavaCPP needs. */
  @Test
  void nativeImageMetadataIsCompleteAndJavacppsOwn() throws IOException {
    for (String file : List.of("jni-config.json", "reflect-config.json")) {
      String entry = "META-INF/native-image/" + PLATFORM + "/jnijavacpp/" + file;
      assertThat(read(BinSadi.JAR, entry)).isEqualTo(read(preset("javacpp-"), entry));
      assertThat(read(BinSadi.JAR, entry)).isNotEqualTo(read(preset("openblas-"), entry));
    }
    for (String library : List.of("jnitorch", "jniopenblas", "jniopencv_imgcodecs")) {
      assertThat(entries(BinSadi.JAR))
          .contains("META-INF/native-image/" + PLATFORM + "/" + library + "/jni-config.json");
    }
  }

  /** What is read from the jar, and the one class called by name, would be missing without. */
  @Test
  void nativeImageMetadataNamesOurResourcesAndReflection() throws Exception {
    String folder = "META-INF/native-image/io.sadi/sadi/";
    List<String> patterns = new ArrayList<>();
    JsonParser.parseString(text(folder + "resource-config.json"))
        .getAsJsonObject()
        .getAsJsonObject("resources")
        .getAsJsonArray("includes")
        .forEach(e -> patterns.add(e.getAsJsonObject().get("pattern").getAsString()));
    List<String> resources =
        entries(BinSadi.JAR).stream()
            .filter(name -> name.matches("io/sadi/.*|META-INF/resources/.*\\.js"))
            .filter(name -> !name.endsWith(".class"))
            .toList();
    assertThat(resources).hasSizeGreaterThan(8);
    assertThat(resources).allMatch(name -> patterns.stream().anyMatch(name::matches));
    for (JsonElement element :
        JsonParser.parseString(text(folder + "reflect-config.json")).getAsJsonArray()) {
      JsonObject type = element.getAsJsonObject();
      Class<?> named = Class.forName(type.get("name").getAsString());
      if (type.has("fields")) {
        for (JsonElement field : type.getAsJsonArray("fields")) {
          assertThat(named.getField(field.getAsJsonObject().get("name").getAsString())).isNotNull();
        }
      }
    }
  }

  @Test
  void licencesTravelAlong() throws IOException {
    assertThat(text("META-INF/LICENSE")).contains("Apache License");
    assertThat(text("META-INF/NOTICE.txt"))
        .contains("Apache Commons CSV", "Apache Commons IO", "Apache Commons Codec");
    assertThat(entries(BinSadi.JAR))
        .anyMatch(name -> name.matches("org/bytedeco/opencv/.*/licenses/.*libjpeg-turbo.*"));
  }

  private BinSadi.Result loadNatives(Path java, Path cache) {
    return new BinSadi()
        .shell(
            "\"$1\" --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.cachedir=\"$2\""
                + " -cp \"$3:target/test-classes\" io.sadi.LoadNatives",
            java.toString(),
            cache.toString(),
            BinSadi.JAR.toString());
  }

  private static Map<Path, FileTime> libraries(Path cache) throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    try (var files = Files.walk(cache)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void librariesAreUnpackedOnceIntoAFolderOfTheirVersion() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    BinSadi.Result first = loadNatives(java, folder);
    assertThat(first.err()).isEmpty();
    assertThat(first.out()).contains("12.0").contains("libjnitorch");
    Path cache = folder.resolve(BinSadi.JAR.getFileName().toString());
    assertThat(first.out().lines().limit(3)).allMatch(line -> line.startsWith(cache.toString()));
    Map<Path, FileTime> unpacked = libraries(cache);
    assertThat(unpacked).hasSizeGreaterThan(5);
    BinSadi.Result second = loadNatives(java, folder);
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(libraries(cache)).isEqualTo(unpacked);
  }

  /** The release is 17; a newer Java must run it without a warning. */
  @Test
  void runsQuietlyOnANewerJava() throws IOException {
    Path java = Path.of("/usr/lib/jvm/temurin-25-jdk-amd64/bin/java");
    assumeTrue(Files.isExecutable(java), "no JDK 25 here");
    BinSadi.Result result = loadNatives(java, folder);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("12.0");
    BinSadi.Result version = new BinSadi().with("SADI_JAVA", java.toString()).run("--version");
    assertThat(version.err()).isEmpty();
    assertThat(version.out()).contains("Java 25");
  }
}
