/** SADI: human pose estimation on the JVM. */
@NullMarked
package io.sadi;

import org.jspecify.annotations.NullMarked;
