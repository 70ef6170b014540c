package io.sadi.model;

/**
 * What one layer costs for one image.
 *
 * @param name its path
 * @param kind such as {@code conv 3x3 /2 d2}
 * @param channels of its output
 * @param height of its output
 * @param width of its output
 * @param parameters learned values
 * @param macs multiply-accumulates
 */
public record LayerCost(
    String name, String kind, long channels, long height, long width, long parameters, long macs) {}
