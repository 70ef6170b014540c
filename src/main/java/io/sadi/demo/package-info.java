/** The whole job on drawn people: prepare, train, measure, predict, and a page that shows it. */
@NullMarked
package io.sadi.demo;

import org.jspecify.annotations.NullMarked;
