/** People in whole photos, by anybody's ONNX detector. */
@NullMarked
package io.sadi.predict.detect;

import org.jspecify.annotations.NullMarked;
