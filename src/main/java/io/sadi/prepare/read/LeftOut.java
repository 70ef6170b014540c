package io.sadi.prepare.read;

/**
 * Somebody in the annotations who does not get into the dataset, or one of somebody's joints.
 *
 * @param image relative to the image root
 * @param person 0-based index in the image
 * @param reason one of few, so that they can be counted
 * @param detail more about this one; empty where there is no more to say
 */
public record LeftOut(String image, int person, String reason, String detail) {}
