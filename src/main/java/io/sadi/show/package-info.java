/** Skeletons and heatmaps on pictures, galleries, reports. */
@NullMarked
package io.sadi.show;

import org.jspecify.annotations.NullMarked;
