/** Predictions as files: formats, what is done so far, shards. */
@NullMarked
package io.sadi.predict.output;

import org.jspecify.annotations.NullMarked;
