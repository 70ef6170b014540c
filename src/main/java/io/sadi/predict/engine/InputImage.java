package io.sadi.predict.engine;

import java.nio.file.Path;

/**
 * A picture to look at.
 *
 * @param name what the output calls it: its path below the folder that was given, or the path as
 *     given; '/' between folders
 * @param file where it lies
 */
public record InputImage(String name, Path file) {}
