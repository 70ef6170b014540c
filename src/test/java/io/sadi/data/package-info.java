/** Tests of datasets. */
@NullMarked
package io.sadi.data;

import org.jspecify.annotations.NullMarked;
