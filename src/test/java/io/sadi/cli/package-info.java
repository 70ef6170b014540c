/** Exit codes, error lines and the two streams. */
@NullMarked
package io.sadi.cli;

import org.jspecify.annotations.NullMarked;
