/** Tests of drawn people. */
@NullMarked
package io.sadi.prepare.synthetic;

import org.jspecify.annotations.NullMarked;
