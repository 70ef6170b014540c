package io.sadi.predict.engine;

/**
 * Which frame of a film an image is.
 *
 * @param number in the film, from 0; of numbered pictures the number that they are called by
 * @param seconds when it is shown, from the film's beginning
 */
public record FrameTime(long number, double seconds) {}
