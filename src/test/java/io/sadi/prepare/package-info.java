/** Tests of preparing datasets. */
@NullMarked
package io.sadi.prepare;

import org.jspecify.annotations.NullMarked;
