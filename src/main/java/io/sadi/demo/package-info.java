/** The demo: prepare, train, measure and predict on drawn people, with a report. */
@NullMarked
package io.sadi.demo;

import org.jspecify.annotations.NullMarked;
