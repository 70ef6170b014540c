/**
 * Files: atomic output, safetensors, PyTorch files, JSON, checksums, and the one exception for
 * input that cannot be used.
 */
@NullMarked
package io.sadi.io;

import org.jspecify.annotations.NullMarked;
