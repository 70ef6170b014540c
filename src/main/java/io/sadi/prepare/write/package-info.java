/** Dataset folders. */
@NullMarked
package io.sadi.prepare.write;

import org.jspecify.annotations.NullMarked;
