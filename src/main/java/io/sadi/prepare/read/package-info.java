/** Annotations of other programs, as people. */
@NullMarked
package io.sadi.prepare.read;

import org.jspecify.annotations.NullMarked;
