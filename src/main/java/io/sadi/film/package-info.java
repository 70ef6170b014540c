/** Films: their frames as pixels, and pixels as a film, by the system's ffmpeg. */
@NullMarked
package io.sadi.film;

import org.jspecify.annotations.NullMarked;
