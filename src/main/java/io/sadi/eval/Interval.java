package io.sadi.eval;

/** From low to high, in the unit of the value it is about. */
public record Interval(double low, double high) {}
