/** From photos to people. Reads photos, writes nothing. */
@NullMarked
package io.sadi.predict.engine;

import org.jspecify.annotations.NullMarked;
