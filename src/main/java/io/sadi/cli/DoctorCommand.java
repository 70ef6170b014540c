package io.sadi.cli;

import io.sadi.bench.Doctor;
import io.sadi.bench.DoctorFinding;
import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.Candidates;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.JsonOption;
import io.sadi.io.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi doctor}. */
@Command(
    name = "doctor",
    header = "Say what this machine offers, and what is wrong with it.",
    description =
        "Looks at Java, the processor, memory, folders, LibTorch, CUDA and ffmpeg, and computes a"
            + " little."
            + " Every line is ok, warn or fail, and says what to do. The exit code is 0 if nothing"
            + " failed, else 1.",
    footer = {
      "",
      "Examples:",
      "  sadi doctor",
      "  sadi doctor --device cuda",
      "  sadi doctor --json | jq '.findings[] | select(.level == \"fail\")'"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;

  @Option(
      names = "--device",
      order = 1,
      paramLabel = "DEVICE",
      completionCandidates = Candidates.Devices.class,
      description =
          "What to compute on: auto, cpu, cuda or cuda:N. With cuda, what a GPU lacks is a"
              + " failure.")
  private String device = "auto";

  @Override
  public Integer call() {
    Doctor doctor = Doctor.examine(device);
    Console console = common.console();
    if (json.json) {
      console.print(Json.compact(doctor.json()));
    } else {
      doctor.findings().forEach(finding -> print(finding, console));
    }
    return doctor.healthy() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private static void print(DoctorFinding finding, Console console) {
    Ansi ansi = console.outAnsi();
    String level =
        switch (finding.level()) {
          case OK -> ansi.string("@|green ok|@  ");
          case WARN -> ansi.string("@|yellow warn|@");
          case FAIL -> ansi.string("@|bold,red fail|@");
        };
    console.print(level + "  " + finding.what() + ": " + finding.found());
    if (!finding.advice().isEmpty()) {
      console.print("      -> " + finding.advice());
    }
  }
}
