package io.sadi.data;

import io.sadi.geom.Box;

/**
 * A person who was detected.
 *
 * @param box in the photo's pixels, within the photo
 * @param score 0 to 1
 */
public record Detected(Box box, double score) {}
