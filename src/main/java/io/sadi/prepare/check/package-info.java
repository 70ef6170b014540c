/** What is wrong with annotations, or odd. */
@NullMarked
package io.sadi.prepare.check;

import org.jspecify.annotations.NullMarked;
