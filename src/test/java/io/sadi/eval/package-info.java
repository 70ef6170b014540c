/** Tests of the metrics. */
@NullMarked
package io.sadi.eval;

import org.jspecify.annotations.NullMarked;
