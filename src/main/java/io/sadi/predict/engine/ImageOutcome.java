package io.sadi.predict.engine;

/** What became of one image. */
public sealed interface ImageOutcome permits FoundImage, InputFailure {

  /** The image, as the output calls it. */
  String name();
}
