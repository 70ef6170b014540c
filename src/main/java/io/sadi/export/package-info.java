/** Networks for other programs: ONNX. */
@NullMarked
package io.sadi.export;

import org.jspecify.annotations.NullMarked;
