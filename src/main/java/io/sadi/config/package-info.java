/**
 * YAML and JSON to typed values. A config key's default, range and meaning stand where it is read;
 * unknown keys are errors.
 */
@NullMarked
package io.sadi.config;

import org.jspecify.annotations.NullMarked;
