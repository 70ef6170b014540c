/** People of a film from frame to frame: who is who, and how joints move. */
@NullMarked
package io.sadi.predict.track;

import org.jspecify.annotations.NullMarked;
