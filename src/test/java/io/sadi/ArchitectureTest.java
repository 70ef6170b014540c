package io.sadi;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URL;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FunctionPointer;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Virtual;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of the house: which package may know which. As long as they hold, a reader finds the
 * place for a change from the packages' names, and the tool starts without its native libraries.
 */
@AnalyzeClasses(packages = "io.sadi", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  private ArchitectureTest() {}

  @ArchTest
  static final ArchRule dependenciesPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true) // a package is listed before it is built
          .layer("main")
          .definedBy("io.sadi")
          .layer("cli")
          .definedBy("io.sadi.cli..")
          .layer("demo")
          .definedBy("io.sadi.demo..")
          .layer("ablate")
          .definedBy("io.sadi.ablate..")
          .layer("page")
          .definedBy("io.sadi.page..")
          .layer("bench")
          .definedBy("io.sadi.bench..")
          .layer("film")
          .definedBy("io.sadi.film..")
          .layer("export")
          .definedBy("io.sadi.export..")
          .layer("convert")
          .definedBy("io.sadi.convert..")
          .layer("prepare")
          .definedBy("io.sadi.prepare..")
          .layer("train")
          .definedBy("io.sadi.train..")
          .layer("api")
          .definedBy("io.sadi.api..")
          .layer("predict")
          .definedBy("io.sadi.predict")
          .layer("predict.output")
          .definedBy("io.sadi.predict.output..")
          .layer("predict.input")
          .definedBy("io.sadi.predict.input..")
          .layer("predict.track")
          .definedBy("io.sadi.predict.track..")
          .layer("predict.detect")
          .definedBy("io.sadi.predict.detect..")
          .layer("show")
          .definedBy("io.sadi.show..")
          .layer("predict.engine")
          .definedBy("io.sadi.predict.engine..")
          .layer("checkpoint")
          .definedBy("io.sadi.checkpoint..")
          .layer("eval")
          .definedBy("io.sadi.eval..")
          .layer("model")
          .definedBy("io.sadi.model..")
          .layer("data")
          .definedBy("io.sadi.data..")
          .layer("image")
          .definedBy("io.sadi.image..")
          .layer("torch")
          .definedBy("io.sadi.torch..")
          .layer("geom")
          .definedBy("io.sadi.geom..")
          .layer("config")
          .definedBy("io.sadi.config..")
          .layer("io")
          .definedBy("io.sadi.io..")
          .whereLayer("main")
          .mayOnlyAccessLayers("cli")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("demo")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("ablate")
          .mayOnlyBeAccessedByLayers("cli", "demo")
          .whereLayer("bench")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("export")
          .mayOnlyBeAccessedByLayers("cli", "bench")
          .whereLayer("convert")
          .mayOnlyBeAccessedByLayers("cli", "demo", "ablate", "bench", "train")
          .whereLayer("prepare")
          .mayOnlyBeAccessedByLayers("cli", "demo", "ablate", "bench")
          .whereLayer("train")
          .mayOnlyBeAccessedByLayers("cli", "demo", "ablate", "bench")
          .whereLayer("predict")
          .mayOnlyBeAccessedByLayers("cli", "demo", "ablate", "bench", "train", "convert")
          .whereLayer("predict.output")
          .mayOnlyBeAccessedByLayers("cli", "demo", "bench", "predict")
          .whereLayer("predict.input")
          .mayOnlyBeAccessedByLayers("cli", "predict", "predict.output")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("api")
          .mayOnlyAccessLayers(
              "predict.engine", "checkpoint", "eval", "model", "data", "image", "geom", "io")
          .whereLayer("predict.detect")
          .mayOnlyBeAccessedByLayers("cli", "predict", "bench")
          .whereLayer("predict.track")
          .mayOnlyBeAccessedByLayers("predict")
          .whereLayer("predict.track")
          .mayOnlyAccessLayers("predict.engine", "eval", "data", "geom")
          .whereLayer("film")
          .mayOnlyBeAccessedByLayers("cli", "bench", "predict")
          .whereLayer("film")
          .mayOnlyAccessLayers("image", "io")
          .whereLayer("show")
          .mayOnlyBeAccessedByLayers(
              "demo", "ablate", "prepare", "train", "predict", "predict.output")
          .whereLayer("predict.engine")
          .mayOnlyAccessLayers(
              "checkpoint", "eval", "model", "data", "image", "torch", "geom", "config", "io")
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("eval", "model", "data", "torch", "geom", "config", "io")
          .whereLayer("eval")
          .mayOnlyAccessLayers("data", "geom", "config", "io")
          .whereLayer("model")
          .mayOnlyAccessLayers("data", "torch", "geom", "config", "io")
          .whereLayer("data")
          .mayOnlyAccessLayers("image", "torch", "geom", "config", "io")
          .whereLayer("image")
          .mayOnlyAccessLayers("geom", "config", "io")
          .whereLayer("torch")
          .mayOnlyAccessLayers("geom", "config", "io")
          .whereLayer("geom")
          .mayNotAccessAnyLayer()
          .whereLayer("config")
          .mayOnlyAccessLayers("io")
          .whereLayer("page")
          .mayNotAccessAnyLayer()
          .whereLayer("io")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule noCycles = slices().matching("io.sadi.(**)").should().beFreeOfCycles();

  @ArchTest static final ArchRule picocliIsInCli = only("picocli..", "cli");

  @ArchTest static final ArchRule snakeYamlIsInConfig = only("org.yaml.snakeyaml..", "config");

  @ArchTest static final ArchRule openCvIsInImage = only("org.bytedeco.opencv..", "image");

  @ArchTest
  static final ArchRule onnxRuntimeIsWhereDetectorsAre = only("ai.onnxruntime..", "predict.detect");

  @ArchTest
  static final ArchRule libTorchIsWhereTensorsAre =
      only(
          "org.bytedeco.pytorch..",
          "torch",
          "model",
          "checkpoint",
          "train",
          "predict.engine",
          "bench",
          "export");

  /** java.desktop is a large part of Java, which a service may lack the libraries for. */
  @ArchTest static final ArchRule desktopIsInApi = only("java.awt..", "api");

  /**
   * What api promises may speak of nothing that may change: a class of another package in a public
   * method would be promised, too.
   */
  @ArchTest
  static void apiPromisesNothingOfOtherPackages(JavaClasses classes) {
    for (JavaClass promised : classes.getPackage("io.sadi.api").getClasses()) {
      if (!promised.getModifiers().contains(JavaModifier.PUBLIC)) {
        continue;
      }
      for (JavaCodeUnit unit : promised.getCodeUnits()) {
        if (unit.getModifiers().contains(JavaModifier.PUBLIC)) {
          Stream.concat(unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
              .map(JavaClass::getBaseComponentType)
              .filter(type -> !type.isPrimitive())
              .forEach(
                  type ->
                      assertThat(type.getName())
                          .as(unit.getFullName())
                          .matches("(java\\.|io\\.sadi\\.api\\.).*"));
        }
      }
    }
  }

  /** Metrics test in milliseconds and --help answers at once because of these. */
  @ArchTest
  static final ArchRule theseAreFreeOfNatives =
      noClasses()
          .that()
          .resideInAnyPackage(packages("eval", "geom", "config", "io", "cli"))
          // Used only where a library is loaded next.
          .and()
          .doNotHaveFullyQualifiedName("io.sadi.io.StdioStderr")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  /** stdout is data, and only the console of cli knows where it goes. */
  @ArchTest
  static final ArchRule nobodyPrints = noClasses().should().accessField(System.class, "out");

  /**
   * Photos and networks of people stay where they are: nothing of ours opens a connection. The
   * processes of one training talk to each other through LibTorch's process groups.
   */
  @ArchTest
  static final ArchRule nobodyTalksToTheNetwork =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.net..", "javax.net..", "java.rmi..", "javax.naming..")
                  .and(not(type(URL.class))) // where a resource is in the jar
                  .or(nameMatching("java\\.nio\\.channels\\..*(Socket|Datagram).*")));

  /** Files hold data: nothing that is read becomes an object of a class that the file names. */
  @ArchTest
  static final ArchRule nothingIsDeserialisedOrInterpreted =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("javax.script..", "java.beans..")
                  .or(nameMatching("java\\.io\\.(ObjectInputStream|Externalizable)"))
                  .or(type(ClassLoader.class)));

  /** The other programs that are started: ourselves, nvidia-smi, ffmpeg, and kill. */
  @ArchTest
  static final ArchRule programsAreStartedInFewPlaces =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sadi.io.ChildProcess")
          .and()
          .doNotHaveFullyQualifiedName("io.sadi.io.Interruption")
          .and()
          .doNotHaveFullyQualifiedName("io.sadi.torch.Gpu")
          .and()
          .doNotHaveFullyQualifiedName("io.sadi.film.Ffmpeg")
          .should()
          .callConstructor(ProcessBuilder.class, String[].class)
          .orShould()
          .callConstructor(ProcessBuilder.class, List.class)
          .orShould()
          .callMethod(Runtime.class, "exec", String.class)
          .orShould()
          .callMethod(Runtime.class, "exec", String[].class);

  /**
   * A native image holds what the compiler sees: what is looked up by name as the tool runs must be
   * in its metadata, where it is easily forgotten. Both that do are: the one in the metadata, the
   * other while bin/sadi makes an archive for a JVM.
   */
  @ArchTest
  static final ArchRule nothingIsLookedUpByName =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sadi.io.Interruption")
          .and()
          .doNotHaveFullyQualifiedName("io.sadi.cli.ArchivedClasses")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.lang.reflect..").or(type(ServiceLoader.class)))
          .orShould()
          .callMethod(Class.class, "forName", String.class)
          .orShould()
          .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class);

  /**
   * C++ that calls Java back would need its classes in the metadata, and a thread that Java knows.
   */
  @ArchTest
  static final ArchRule nativeCodeCallsNothingOfOurs =
      noClasses()
          .should()
          .beAssignableTo(FunctionPointer.class)
          .orShould()
          .beAnnotatedWith(Platform.class)
          .orShould()
          .dependOnClassesThat(type(Virtual.class));

  @ArchTest
  static void packagesAreNullMarkedAndNamedForWhatTheyHold(JavaClasses classes) {
    for (JavaPackage place : classes.getPackage("io.sadi").getSubpackagesInTree()) {
      assertThat(place.isAnnotatedWith(NullMarked.class)).as(place.getName()).isTrue();
      assertThat(place.getRelativeName())
          .as("a name that says what the package holds")
          .doesNotMatch("utils?|helpers?|managers?|common|misc|core");
    }
  }

  /**
   * Nested and private types, too: whoever reads two files must not take one for the other. The
   * stable surface for programs calls things by the same words as the packages behind it.
   */
  @ArchTest
  static void noTypeNameStandsForTwoThings(JavaClasses classes) {
    Map<String, List<String>> byName =
        classes.stream()
            .filter(type -> !type.isAnonymousClass() && !type.isLocalClass())
            .filter(type -> !type.getPackageName().equals("io.sadi.api"))
            .filter(type -> !type.getSimpleName().equals("package-info"))
            // Which other programs see alone, in the field's own words.
            .filter(type -> !type.getPackageName().equals("io.sadi.api"))
            .filter(type -> !type.getSimpleName().isEmpty() && !type.isArray())
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    TreeMap::new,
                    Collectors.mapping(JavaClass::getName, Collectors.toList())));
    byName.values().removeIf(names -> names.size() == 1);
    assertThat(byName).isEmpty();
  }

  /**
   * What a room does not show it may change: a public method that no other room calls, tests
   * included, is one by accident. The api's are for other programs.
   */
  @ArchTest
  static void nothingIsPublicByAccident(JavaClasses classes) {
    JavaClasses all = new ClassFileImporter().importPackages("io.sadi");
    Set<String> called = new HashSet<>();
    for (JavaClass type : all) {
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        if (!access.getTargetOwner().getPackageName().equals(type.getPackageName())) {
          called.add(access.getTarget().getFullName());
        }
      }
    }
    List<String> unused =
        classes.stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.isInterface() && !type.getSimpleName().isEmpty())
            .filter(type -> !List.of("io.sadi", "io.sadi.api").contains(type.getPackageName()))
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(method -> !method.getModifiers().contains(JavaModifier.SYNTHETIC))
            .filter(method -> !isGivenByLanguageOrSupertype(method))
            .map(JavaMethod::getFullName)
            .filter(name -> !called.contains(name))
            .sorted()
            .toList();
    assertThat(unused).isEmpty();
  }

  private static boolean isGivenByLanguageOrSupertype(JavaMethod method) {
    JavaClass type = method.getOwner();
    String name = method.getName();
    if (List.of("equals", "hashCode", "toString").contains(name)) {
      return true;
    }
    // Of interfaces of others the methods are not known here.
    if (type.getAllRawInterfaces().stream().anyMatch(known -> known.getMethods().isEmpty())) {
      return true;
    }
    if (type.isEnum() && (name.equals("values") || name.equals("valueOf"))) {
      return true;
    }
    if (type.isRecord()
        && method.getRawParameterTypes().isEmpty()
        && type.tryGetField(name).isPresent()) {
      return true;
    }
    int parameters = method.getRawParameterTypes().size();
    return Stream.concat(type.getAllRawInterfaces().stream(), type.getAllRawSuperclasses().stream())
        .flatMap(above -> above.getMethods().stream())
        .anyMatch(
            known ->
                known.getName().equals(name) && known.getRawParameterTypes().size() == parameters);
  }

  private static ArchRule only(String library, String... places) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(packages(places))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  private static String[] packages(String... names) {
    return Stream.of(names).map(name -> "io.sadi." + name + "..").toArray(String[]::new);
  }
}
