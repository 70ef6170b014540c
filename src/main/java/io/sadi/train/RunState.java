package io.sadi.train;

/** How a run stands. */
public enum RunState {
  RUNNING,
  DONE,
  INTERRUPTED,
  FAILED
}
