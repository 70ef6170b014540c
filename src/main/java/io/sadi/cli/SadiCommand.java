package io.sadi.cli;

import picocli.CommandLine.Command;

/** {@code sadi}: the command that holds the others. */
@Command(
    name = "sadi",
    description = "Human pose estimation with SADI-Net: prepare, train, eval, predict, ablate.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class SadiCommand {}
