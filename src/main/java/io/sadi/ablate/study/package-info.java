/** A study's file, variants and cells, and the results of the cells. */
@NullMarked
package io.sadi.ablate.study;

import org.jspecify.annotations.NullMarked;
