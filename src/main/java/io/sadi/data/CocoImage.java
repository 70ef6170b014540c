package io.sadi.data;

import org.jspecify.annotations.Nullable;

/**
 * An image of a COCO file, with or without people in it.
 *
 * @param id null for one that is given when the file is written
 * @param name the file's name relative to the image root
 * @param width in pixels; 0 where unknown
 * @param height in pixels; 0 where unknown
 */
public record CocoImage(@Nullable CocoId id, String name, int width, int height) {}
