/**
 * Human poses for programs: {@link io.sadi.api.PoseModel} opens a network and finds people in
 * images. This package keeps its promises from version to version: what is public here stays, and
 * means the same. Every other package of this program may change at any time.
 *
 * <p>Coordinates are pixels of the image as it is seen upright: x to the right, y downwards, (0, 0)
 * the middle of the upper left pixel. Whatever goes wrong is a {@link io.sadi.api.PoseException}.
 */
@NullMarked
package io.sadi.api;

import org.jspecify.annotations.NullMarked;
