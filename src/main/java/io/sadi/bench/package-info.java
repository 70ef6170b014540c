/** What a model and this machine offer: layers and costs, speed, and what is wrong with it. */
@NullMarked
package io.sadi.bench;

import org.jspecify.annotations.NullMarked;
