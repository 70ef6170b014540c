package io.sadi.prepare.read;

import java.util.Locale;

/** In which picture people were annotated whose photo is turned by its EXIF data. */
public enum AnnotatedFrame {
  /** What each photo tells, or else the file's others; upright where none does. */
  AUTO,
  /** The photo as it is to be seen. */
  UPRIGHT,
  /** The photo as the file stores it. */
  STORED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
