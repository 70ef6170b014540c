/** The speed of this machine, and checks of it. */
@NullMarked
package io.sadi.bench;

import org.jspecify.annotations.NullMarked;
