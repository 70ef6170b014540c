/** What a study asks: its file, its variants, its cells and what they measured. */
@NullMarked
package io.sadi.ablate.study;

import org.jspecify.annotations.NullMarked;
