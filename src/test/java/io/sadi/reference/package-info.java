/**
 * SADI-Net, its losses and its metrics once more, as sadi-model(7) and sadi-eval(1) describe them:
 * in double precision, by loops over plain arrays, without LibTorch and with nothing of the
 * product's. Slow and obvious, so that a mistake in one of the two implementations shows.
 */
package io.sadi.reference;
