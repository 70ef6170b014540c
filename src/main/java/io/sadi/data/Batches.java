package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.Workers;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one pass over people, prepared ahead by worker threads and handed out in order. A
 * batch depends on the seed, the epoch and the people's places alone, never on the threads. A
 * worker's failure is thrown by {@link #next}.
 */
public final class Batches implements AutoCloseable {
  /** Sides of pictures for a device are multiples of this. */
  private static final int SIDE_STEP = 64;

  private final Dataset dataset;
  private final TrainingSet set;
  private final int crop;
  private final PixelConvention pixels;
  private final @Nullable Augmentation augmentation;
  private final long seed;
  private final int[] flipPermutation;
  private final HalfBody halves;
  private final Workers<Batch> workers;
  private final BatchPool pool;
  private final Deque<int[]> plan;
  private final int prefetch;
  private @Nullable Batch latest;

  private Batches(
      Dataset dataset,
      TrainingSet set,
      int crop,
      PixelConvention pixels,
      @Nullable Augmentation augmentation,
      long seed,
      List<int[]> plan,
      int threads,
      BatchPool pool) {
    this.pool = pool;
    this.dataset = dataset;
    this.set = set;
    this.crop = crop;
    this.pixels = pixels;
    this.augmentation = augmentation;
    this.seed = seed;
    this.flipPermutation = dataset.skeleton().flipPermutation();
    this.halves = new HalfBody(dataset.skeleton());
    this.plan = new ArrayDeque<>(plan);
    this.prefetch = threads + 2;
    this.workers = new Workers<>("sadi-batches", threads);
    while (workers.underWay() < prefetch && submit()) {}
  }

  /**
   * How the people of an epoch are shared out: a step takes {@code parts} batches of {@code size},
   * of which this process sees some, one after the other.
   *
   * @param size of a batch
   * @param parts batches a step, over all processes
   * @param first of them that is this process's
   * @param count how many of them are this process's
   */
  public record Share(int size, int parts, int first, int count) {
    /** One process, one batch a step. */
    public static Share whole(int size) {
      return new Share(size, 1, 0, 1);
    }

    /** The same where there are fewer people than one step takes. */
    public Share fitting(int people) {
      return new Share(Math.max(1, Math.min(size, people / parts)), parts, first, count);
    }
  }

  /**
   * The batches of a training epoch: shuffled, augmented, all of one size; people who do not fill a
   * last step wait for another epoch's shuffle.
   *
   * @param pixels where the network has the middle of its crops
   * @param share of the people that this process sees
   * @param skip steps at the start to leave out, when an interrupted epoch goes on
   * @param pool of the batches, for all epochs
   */
  public static Batches training(
      Dataset dataset,
      TrainingSet set,
      int crop,
      PixelConvention pixels,
      Share share,
      Augmentation augmentation,
      long seed,
      int epoch,
      int skip,
      int threads,
      BatchPool pool) {
    int n = set.people().size();
    int[] order = shuffled(set.places(mix(seed, epoch)), mix(seed, epoch));
    Share fitting = share.fitting(n);
    int b = fitting.size();
    List<int[]> plan = new ArrayList<>();
    int steps = steps(n, share);
    for (int step = skip; step < steps; step++) {
      for (int part = 0; part < share.count(); part++) {
        int at = (step * share.parts() + share.first() + part) * b;
        plan.add(Arrays.copyOfRange(order, at, at + b));
      }
    }
    return new Batches(
        dataset, set, crop, pixels, augmentation, mix(seed, epoch), plan, threads, pool);
  }

  /** Everyone once, as annotated and in order; the last batch may be smaller. */
  public static Batches inOrder(
      Dataset dataset,
      List<Person> people,
      int crop,
      PixelConvention pixels,
      int size,
      int threads) {
    List<int[]> plan = new ArrayList<>();
    for (int at = 0; at < people.size(); at += size) {
      int[] indices = new int[Math.min(size, people.size() - at)];
      for (int i = 0; i < indices.length; i++) {
        indices[i] = at + i;
      }
      plan.add(indices);
    }
    return new Batches(
        dataset,
        TrainingSet.of(people),
        crop,
        pixels,
        null,
        0,
        plan,
        threads,
        new BatchPool(ComputeDevice.CPU));
  }

  /** How many steps a training epoch has. */
  public static int steps(int people, Share share) {
    return people < share.parts() ? 0 : people / (share.fitting(people).size() * share.parts());
  }

  /** The next batch, or null after the last. */
  public @Nullable Batch next() {
    if (workers.underWay() == 0) {
      return null;
    }
    try {
      Batch batch = workers.next();
      submit();
      return batch;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next batches, one after the other. Each is released when the one after it is asked for, the
   * last one when there is no more.
   *
   * @param count how many, unless the pass has fewer left
   */
  public Iterable<Batch> next(int count) {
    return () ->
        new Iterator<>() {
          private int left = count;
          private @Nullable Batch given;

          @Override
          public boolean hasNext() {
            if (given != null) {
              release(given);
              given = null;
            }
            return left > 0 && workers.underWay() > 0;
          }

          @Override
          public Batch next() {
            given = hasNext() ? Batches.this.next() : null;
            if (given == null) {
              throw new NoSuchElementException();
            }
            left--;
            latest = given;
            return given;
          }
        };
  }

  /** The batch that {@link #next(int)} gave last; null before the first. */
  public @Nullable Batch latest() {
    return latest;
  }

  /** The batch that {@link #next} is going to give; null after the last. */
  public @Nullable Batch peek() {
    try {
      return workers.underWay() == 0 ? null : workers.peek();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a batch's buffers back for another one. */
  public void release(Batch batch) {
    pool.release(batch);
  }

  @Override
  public void close() {
    workers.close();
  }

  private boolean submit() {
    int[] indices = plan.poll();
    if (indices == null) {
      return false;
    }
    workers.submit(() -> make(indices));
    return true;
  }

  private Batch make(int[] indices) {
    List<Augmentation.Sample> samples = new ArrayList<>();
    for (int index : indices) {
      samples.add(sample(index));
    }
    Batch batch =
        augmentation != null && augmentation.onDevice()
            ? pictures(indices, samples)
            : crops(indices, samples);
    for (int i = 0; i < indices.length; i++) {
      int joints = i * 2 * flipPermutation.length;
      batch.indices()[i] = person(indices[i]);
      samples
          .get(i)
          .crop()
          .targets(
              samples.get(i).person(),
              set.weights(person(indices[i])),
              flipPermutation,
              batch.joints(),
              batch.mask(),
              joints);
    }
    return batch;
  }

  /** Whom a place of the plan means: people who are drawn again have higher ones. */
  private int person(int place) {
    return place % set.people().size();
  }

  private Augmentation.Sample sample(int place) {
    Person person = set.people().get(person(place));
    return augmentation == null
        ? Augmentation.Sample.of(person, crop, pixels)
        : augmentation.sample(
            person, set.people(), dataset.skeleton(), halves, crop, pixels, mix(seed, place));
  }

  private Batch crops(int[] indices, List<Augmentation.Sample> samples) {
    Batch batch = take(indices.length, crop);
    for (int i = 0; i < indices.length; i++) {
      Augmentation.Sample sample = samples.get(i);
      try (Image cut = cut(sample)) {
        sample.look().apply(cut);
        cut.copyTo(batch.rgb());
      }
    }
    return batch;
  }

  private Image cut(Augmentation.Sample sample) {
    Affine cropToImage = sample.crop().cropToImage();
    try (LazyImage photo = photo(sample.person())) {
      if (sample.photo().isNone()) {
        return photo.warp(cropToImage, crop, crop);
      }
      try (Image.Source source = source(photo, sample)) {
        return source.pixels().warp(source.imageToPixels().after(cropToImage), crop, crop);
      }
    }
  }

  /** What a crop is sampled from: the part of the photo that it shows, varied. */
  private Image.Source source(LazyImage photo, Augmentation.Sample sample) {
    Affine cropToImage = sample.crop().cropToImage();
    Image.Source source = photo.source(cropToImage, crop, crop);
    Everyday.EverydayDraw draw = sample.photo();
    if (draw.isNone()) {
      return source;
    }
    Affine map = source.imageToPixels();
    try (source) {
      Neighbour neighbour = draw.neighbour();
      if (neighbour != null) {
        try (LazyImage other = photo(neighbour.other())) {
          neighbour.paste(source.pixels(), map, other, dataset.skeleton());
        }
      }
      double side = crop * Math.sqrt(Math.abs(map.after(cropToImage).determinant()));
      Image varied = draw.degradation().of(source.pixels(), side);
      if (draw.cut() != null) {
        draw.cut().blank(varied, map);
      }
      return new Image.Source(varied, map);
    }
  }

  /** What the crops are sampled from, with room around people, and how. */
  private Batch pictures(int[] indices, List<Augmentation.Sample> samples) {
    List<Image.Source> sources = new ArrayList<>();
    try {
      int side = 1;
      for (int i = 0; i < indices.length; i++) {
        try (LazyImage photo = photo(samples.get(i).person())) {
          Image.Source source = source(photo, samples.get(i));
          sources.add(source);
          side = Math.max(side, Math.max(source.pixels().width(), source.pixels().height()));
        }
      }
      // In steps, so that buffers fit again and a device sees few different shapes.
      Batch batch = take(indices.length, (side + SIDE_STEP - 1) / SIDE_STEP * SIDE_STEP);
      for (int i = 0; i < indices.length; i++) {
        Image.Source source = sources.get(i);
        Augmentation.Sample sample = samples.get(i);
        source.pixels().copyTo(batch.rgb(), batch.side());
        batch.add(
            new Batch.DeviceWork(
                source.imageToPixels().after(sample.crop().cropToImage()), sample.look()));
      }
      return batch;
    } finally {
      sources.forEach(Image.Source::close);
    }
  }

  private LazyImage photo(Person person) {
    Path file = dataset.imageRoot().resolve(person.image());
    try {
      return LazyImage.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(new IOException(file + ": " + e.getMessage(), e));
    }
  }

  private Batch take(int size, int side) {
    int bytes = Math.multiplyExact(size, 3 * side * side);
    Batch batch = pool.take(size, bytes, flipPermutation.length);
    batch.begin(side);
    return batch;
  }

  static int[] shuffled(int[] places, long seed) {
    int[] order = new int[places.length];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < places.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = places[i];
    }
    return order;
  }

  /**
   * Mixes two numbers into one seed, of which every bit depends on every bit of both (SplitMix64's
   * finaliser).
   */
  static long mix(long a, long b) {
    long z = a * 0x9e3779b97f4a7c15L + b + 0x632be59bd9b4e019L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
