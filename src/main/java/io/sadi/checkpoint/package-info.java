/** A trained network and what is needed to read people with it. */
@NullMarked
package io.sadi.checkpoint;

import org.jspecify.annotations.NullMarked;
