/** From the annotation formats of others, or from nothing but a seed, to dataset folders. */
@NullMarked
package io.sadi.prepare;

import org.jspecify.annotations.NullMarked;
