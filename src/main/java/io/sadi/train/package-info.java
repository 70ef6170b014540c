/**
 * Training. A {@link io.sadi.train.TrainJob} is what is asked for, read and checked; a {@code
 * TrainRun} its epochs, validations and states; {@link io.sadi.train.Trainer} has the training
 * step, forward, loss, backward and optimizer.
 */
@NullMarked
package io.sadi.train;

import org.jspecify.annotations.NullMarked;
