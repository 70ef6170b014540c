package io.sadi.ablate.study;

/**
 * One network of a study.
 *
 * @param variant the name of a variant
 * @param seed of its weights, order and augmentation
 */
public record Cell(String variant, int seed) {
  @Override
  public String toString() {
    return variant + ", seed " + seed;
  }
}
