/** SADI from outside: the packaged jar through bin/sadi, and the rules of the house. */
@NullMarked
package io.sadi;

import org.jspecify.annotations.NullMarked;
