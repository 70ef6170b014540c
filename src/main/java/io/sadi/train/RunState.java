package io.sadi.train;

/** The status of a run, as {@code summary.json} has it. */
public enum RunState {
  RUNNING,
  DONE,
  INTERRUPTED,
  FAILED
}
