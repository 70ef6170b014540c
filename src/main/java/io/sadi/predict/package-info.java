/**
 * From photos to people: crops, batches, decoding of heatmaps, and the files that hold the poses.
 */
@NullMarked
package io.sadi.predict;

import org.jspecify.annotations.NullMarked;
