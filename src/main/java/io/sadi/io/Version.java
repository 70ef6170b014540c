package io.sadi.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What was built: the build writes it into {@code version.properties}. */
public final class Version {
  private static final Properties BUILD = load();

  private Version() {}

  /** This toolkit's version, such as {@code 0.1.0}. */
  public static String sadi() {
    return BUILD.getProperty("sadi");
  }

  /** The version of LibTorch and of its bindings, such as {@code 2.10.0-1.5.13}. */
  public static String pytorch() {
    return BUILD.getProperty("pytorch");
  }

  /**
   * What the natives in the jar run on, such as {@code linux-x86_64} or {@code linux-x86_64-gpu}.
   */
  public static String platform() {
    return BUILD.getProperty("platform");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is missing from the jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
