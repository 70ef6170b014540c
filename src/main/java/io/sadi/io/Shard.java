package io.sadi.io;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * One of several parts that a job is divided into. An image belongs to one of them by its name
 * alone: whatever else is in the input, and in whichever order.
 *
 * @param part which, from 1
 * @param of how many
 */
public record Shard(int part, int of) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  public Shard {
    if (part < 1 || part > of) {
      throw wrong(part + "/" + of);
    }
  }

  /** Reads {@code I/N}, such as 1/4 for the first of four. */
  public static Shard parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw wrong(text);
    }
    return new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  private static BadInputException wrong(String text) {
    return BadInputException.at("--shard", text, "I/N with I from 1 to N, such as 1/4", "");
  }

  /** Whether an image is in this part. */
  public boolean holds(String name) {
    CRC32 sum = new CRC32();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    return sum.getValue() % of == part - 1;
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return part + "/" + of;
  }
}
