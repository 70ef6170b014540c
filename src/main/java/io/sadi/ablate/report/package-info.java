/** What a study found: statistics, tables, words, page. */
@NullMarked
package io.sadi.ablate.report;

import org.jspecify.annotations.NullMarked;
