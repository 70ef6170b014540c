/** LibTorch: loading it, devices, seeds, scopes, and numbers in and out of tensors. */
@NullMarked
package io.sadi.torch;

import org.jspecify.annotations.NullMarked;
