package io.sadi.api;

/**
 * A joint of a person.
 *
 * @param name as the skeleton calls it, such as {@code left_knee}; left and right are the person's
 * @param x in pixels of the image; may lie outside of it
 * @param y in pixels of the image; may lie outside of it
 * @param score how sure the network is, 0 to 1; no probability
 * @param sigmaX standard deviation of x as the network predicts it, in pixels; NaN where the
 *     network predicts none
 * @param sigmaY standard deviation of y, alike
 */
public record Joint(String name, double x, double y, double score, double sigmaX, double sigmaY) {}
