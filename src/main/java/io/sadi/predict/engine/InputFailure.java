package io.sadi.predict.engine;

/**
 * An input that could not be used; the others are not affected.
 *
 * @param image its name
 * @param error why, one line
 */
public record InputFailure(String image, String error) implements ImageOutcome {
  @Override
  public String name() {
    return image;
  }
}
