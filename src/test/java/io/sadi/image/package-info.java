/** Tests of pictures. */
@NullMarked
package io.sadi.image;

import org.jspecify.annotations.NullMarked;
