/** Images and boxes that are given. */
@NullMarked
package io.sadi.predict.input;

import org.jspecify.annotations.NullMarked;
