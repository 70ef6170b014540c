/** What a person sees while a command runs, and how it ends. */
@NullMarked
package io.sadi.cli.console;

import org.jspecify.annotations.NullMarked;
