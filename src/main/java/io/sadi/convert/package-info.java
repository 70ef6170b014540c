/** Networks of other toolkits as ours. */
@NullMarked
package io.sadi.convert;

import org.jspecify.annotations.NullMarked;
