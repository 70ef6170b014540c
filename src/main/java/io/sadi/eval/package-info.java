/** Metrics of predicted joints: PCK, PCKh, areas under their curves, intervals, and tables. */
@NullMarked
package io.sadi.eval;

import org.jspecify.annotations.NullMarked;
