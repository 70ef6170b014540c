/**
 * People and datasets: skeletons, annotations, crops with augmentation, and the batches a network
 * is fed.
 */
@NullMarked
package io.sadi.data;

import org.jspecify.annotations.NullMarked;
