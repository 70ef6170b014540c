/** Self-contained web pages: one file with style, charts and pictures in it, for light and dark. */
@NullMarked
package io.sadi.page;

import org.jspecify.annotations.NullMarked;
