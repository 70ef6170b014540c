/**
 * Drawn people: a 3-D figure in a pose, dressed, lit, in front of and behind things, with joints
 * that are known exactly. Enough for a demonstration, a test or a first training without photos.
 */
@NullMarked
package io.sadi.prepare.synthetic;

import org.jspecify.annotations.NullMarked;
