package io.sadi.ablate.study;

import io.sadi.checkpoint.Decode;
import io.sadi.config.Field;
import io.sadi.eval.TestProtocol;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.ImagePyramid;
import io.sadi.predict.engine.Refine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a study measures its networks, all of them alike.
 *
 * @param protocol what each is shown of a person
 * @param decode which answer the tables are of; null for each network's own: fused, h1 without SFM
 */
public record TestSettings(TestProtocol protocol, @Nullable Decode decode) {
  public static final TestSettings PLAIN = new TestSettings(TestProtocol.PLAIN, null);

  /**
   * What is asked for; null where nothing is said.
   *
   * @param flip true or not said
   */
  public record Asked(
      @Nullable Boolean flip,
      @Nullable List<Double> scales,
      @Nullable Refine refine,
      @Nullable Decode decode) {
    /** Nothing said. */
    public static final Asked NOTHING = new Asked(null, null, null, null);

    private TestSettings over(TestSettings other) {
      TestProtocol before = other.protocol;
      return new TestSettings(
          new TestProtocol(
              flip == null ? before.flip() : flip,
              scales == null ? before.scales() : new ImagePyramid(scales).scales(), // checked
              refine == null ? before.refine() : refine.toString()),
          decode == null ? other.decode : decode);
    }

    /**
     * How a study measures from here on: as before, where it has begun.
     *
     * @param before null where it has not
     * @param study its folder
     * @throws BadInputException if something else is asked for: two tests do not go in one table
     */
    public TestSettings in(@Nullable TestSettings before, Path study) {
      return in(before, study, before == null ? null : before.decode);
    }

    /** The same where tables alone are written anew, of whichever decode. */
    public TestSettings inTables(@Nullable TestSettings before, Path study) {
      return in(before, study, decode == null && before != null ? before.decode : decode);
    }

    private TestSettings in(@Nullable TestSettings before, Path study, @Nullable Decode allowed) {
      if (before == null) {
        return over(PLAIN);
      }
      TestSettings now = over(before);
      if (!now.equals(new TestSettings(before.protocol, allowed))) {
        throw BadInputException.at(
            study,
            now.toString(),
            before + ", as it was begun",
            "leave the options out, or measure its networks in another folder: --out NEW"
                + " --report-only --data DIR --run RUN");
      }
      return now;
    }
  }

  Refine refine() {
    return Arrays.stream(Refine.values())
        .filter(known -> known.toString().equals(protocol.refine()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(protocol.refine()));
  }

  /** The decode of the tables; the network's own where it has no such answer. */
  Decode of(List<Decode> decodes) {
    return decode != null && decodes.contains(decode) ? decode : decodes.get(0);
  }

  /** As {@code study.yaml} keeps it. */
  Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("flip", protocol.flip());
    map.put("scales", protocol.scales());
    map.put("refine", protocol.refine());
    if (decode != null) {
      map.put("decode", decode.toString());
    }
    return map;
  }

  /** Reads {@link #map}. */
  static TestSettings from(Field test) {
    test.allow(List.of("flip", "scales", "refine", "decode"));
    Field decode = test.get("decode");
    Field scales = test.get("scales");
    double[] factors = scales.numbers(Double::isFinite, "finite numbers");
    return new TestSettings(
        new TestProtocol(
            test.get("flip").flag(),
            new ImagePyramid(Arrays.stream(factors).boxed().toList()).scales(), // checked
            test.get("refine").oneOf(Refine.values()).toString()),
        decode.isThere() ? decode.oneOf(Decode.values()) : null);
  }

  @Override
  public String toString() {
    return protocol + (decode == null ? "" : ", decode " + decode);
  }
}
