package io.sadi.cli;

import java.util.List;

/** A command that others are subcommands of. {@link CommandLines} adds them, not picocli. */
interface ParentCommand {

  /** The subcommands' classes, each with picocli's {@code @Command}. */
  List<Class<?>> subcommands();
}
