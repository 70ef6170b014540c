/**
 * YAML to typed values: defaults, ranges and meanings stand where a value is read; unknown keys are
 * errors.
 */
@NullMarked
package io.sadi.config;

import org.jspecify.annotations.NullMarked;
