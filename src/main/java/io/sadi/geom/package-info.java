/** Plane geometry of crops and boxes: arithmetic only. */
@NullMarked
package io.sadi.geom;

import org.jspecify.annotations.NullMarked;
