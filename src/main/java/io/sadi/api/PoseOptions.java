package io.sadi.api;

import java.util.List;

/**
 * How a model is run. An instance does not change: each method gives another one.
 *
 * <pre>{@code
 * PoseOptions.DEFAULTS.device("cpu").threads(4)
 * }</pre>
 */
public final class PoseOptions {
  /** What {@code sadi predict} does unless it is told otherwise. */
  public static final PoseOptions DEFAULTS =
      new PoseOptions("auto", "auto", 16, 0, false, List.of(1.0), 2, "fused", "quarter");

  private final String device;
  private final String precision;
  private final int batch;
  private final int threads;
  private final boolean flip;
  private final List<Double> scales;
  private final int passes;
  private final String decode;
  private final String refine;

  private PoseOptions(
      String device,
      String precision,
      int batch,
      int threads,
      boolean flip,
      List<Double> scales,
      int passes,
      String decode,
      String refine) {
    this.device = device;
    this.precision = precision;
    this.batch = batch;
    this.threads = threads;
    this.flip = flip;
    this.scales = List.copyOf(scales);
    this.passes = passes;
    this.decode = decode;
    this.refine = refine;
  }

  /** {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
  public PoseOptions device(String value) {
    return new PoseOptions(value, precision, batch, threads, flip, scales, passes, decode, refine);
  }

  /**
   * {@code auto}, {@code fp32}, {@code bf16} or, for a checkpoint with ranges for it, {@code int8};
   * auto: bf16 where the hardware computes it.
   */
  public PoseOptions precision(String value) {
    return new PoseOptions(device, value, batch, threads, flip, scales, passes, decode, refine);
  }

  /** People that are computed together at most, 1 to 4096; 16 unless set. */
  public PoseOptions batch(int value) {
    return new PoseOptions(device, precision, value, threads, flip, scales, passes, decode, refine);
  }

  /**
   * Threads that compute, of all callers together, and as many for each call that decode images; 0:
   * one a core. LibTorch has one such number in a process: the model that was opened last sets it.
   */
  public PoseOptions threads(int value) {
    return new PoseOptions(device, precision, batch, value, flip, scales, passes, decode, refine);
  }

  /** Whether everybody is also seen in a mirror and the two answers averaged: twice the time. */
  public PoseOptions flip(boolean value) {
    return new PoseOptions(
        device, precision, batch, threads, value, scales, passes, decode, refine);
  }

  /** Sizes in which everybody is seen, as factors of the crop's side, 0.1 to 10; averaged. */
  public PoseOptions scales(List<Double> value) {
    return new PoseOptions(device, precision, batch, threads, flip, value, passes, decode, refine);
  }

  /**
   * 2: images without boxes are looked at a second time, closer, where the first look found
   * somebody; 1: once.
   */
  public PoseOptions passes(int value) {
    return new PoseOptions(device, precision, batch, threads, flip, scales, value, decode, refine);
  }

  /**
   * Which answer of the network counts: {@code fused}, {@code fused-paper}, {@code h1}, {@code h2}
   * or {@code mu}.
   */
  public PoseOptions decode(String value) {
    return new PoseOptions(device, precision, batch, threads, flip, scales, passes, value, refine);
  }

  /** How a peak is placed between pixels: {@code quarter}, {@code dark} or {@code none}. */
  public PoseOptions refine(String value) {
    return new PoseOptions(device, precision, batch, threads, flip, scales, passes, decode, value);
  }

  String device() {
    return device;
  }

  String precision() {
    return precision;
  }

  int batch() {
    return batch;
  }

  int threads() {
    return threads;
  }

  boolean flip() {
    return flip;
  }

  List<Double> scales() {
    return scales;
  }

  int passes() {
    return passes;
  }

  String decode() {
    return decode;
  }

  String refine() {
    return refine;
  }
}
