package io.sadi.prepare.read;

import java.util.Locale;

/**
 * Something wrong with an image or with a person's annotation.
 *
 * @param image relative to the image root
 * @param person 0-based index in the image; -1 where the image itself is meant
 * @param detail which joint, what size; empty where there is no more to say
 */
public record Fault(FaultKind kind, String image, int person, String detail) {

  /** What can be wrong. */
  public enum FaultKind {
    ENTRY("entry that cannot be read"),
    MISSING("image missing"),
    BROKEN("image broken"),
    EXIF("EXIF rotation"),
    AS_STORED("annotated as stored: turned along"),
    GREY("grey image"),
    CMYK("CMYK image"),
    DEEP("more than 8 bits a channel"),
    ALPHA("transparent image"),
    SIZE("size that cannot be"),
    EMPTY_BOX("box of no size"),
    BOX_CORNERS("box as two corners"),
    BOX_OUTSIDE("box outside the image"),
    JOINT_OUTSIDE("joint outside the image"),
    LEFT_RIGHT("left and right swapped"),
    DUPLICATE("same person twice");

    private final String label;

    FaultKind(String label) {
      this.label = label;
    }

    /** What it may come from, and what to do; empty where the label says all. */
    public String hint() {
      return switch (this) {
        case BOX_CORNERS ->
            "; they look like x1, y1, x2, y2, and COCO's are x, y, width, height: write those";
        default -> "";
      };
    }

    /** As reports and lists write it. */
    public String label() {
      return label;
    }

    /** As the command line writes it: {@code joint-outside}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Without a whole image, or an entry, there is nothing to keep. */
    public boolean leavesNothing() {
      return this == MISSING || this == BROKEN || this == ENTRY;
    }

    /**
     * What becomes of it where nobody says. A file with such entries may be another kind of file.
     */
    public Action standard() {
      return this == ENTRY ? Action.FAIL : Action.REPORT;
    }
  }

  /** What becomes of what is wrong. */
  public enum Action {
    /** It stays, counted and listed. Only people without a usable image are left out. */
    REPORT,
    /** It goes: the joint that is outside, else the person, else all people of the image. */
    DROP,
    /** Nothing is prepared. */
    FAIL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
