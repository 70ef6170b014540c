/** SADI-Net: blocks, hourglass, spatial fusion, distribution learning, and the losses. */
@NullMarked
package io.sadi.model;

import org.jspecify.annotations.NullMarked;
