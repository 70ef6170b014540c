/** Photos and pictures: decode, warp, draw, encode. OpenCV stays behind this package. */
@NullMarked
package io.sadi.image;

import org.jspecify.annotations.NullMarked;
