package io.sadi.predict;

import java.util.List;

/**
 * An image and the people found in it.
 *
 * @param name as the output calls it
 * @param width in pixels; 0 where unknown
 * @param height in pixels; 0 where unknown
 * @param people in the order of their boxes
 */
record FoundImage(String name, int width, int height, List<FoundPerson> people) {}
