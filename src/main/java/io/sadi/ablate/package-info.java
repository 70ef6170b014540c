/** Ablation studies: variants of the network, each trained from several seeds, in one table. */
@NullMarked
package io.sadi.ablate;

import org.jspecify.annotations.NullMarked;
