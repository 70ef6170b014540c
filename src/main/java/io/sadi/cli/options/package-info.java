/** Options that several commands share. */
@NullMarked
package io.sadi.cli.options;

import org.jspecify.annotations.NullMarked;
