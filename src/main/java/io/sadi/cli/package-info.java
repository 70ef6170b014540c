/** The command line: one thin class a command, one place for exit codes and errors. */
@NullMarked
package io.sadi.cli;

import org.jspecify.annotations.NullMarked;
