/** Training: one visible loop, its schedule, its checkpoints and its run folder. */
@NullMarked
package io.sadi.train;

import org.jspecify.annotations.NullMarked;
