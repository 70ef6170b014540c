/** Checks of annotations: faults and oddities. */
@NullMarked
package io.sadi.prepare.check;

import org.jspecify.annotations.NullMarked;
