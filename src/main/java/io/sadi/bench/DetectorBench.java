package io.sadi.bench;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.Workers;
import io.sadi.model.SadiNet;
import io.sadi.predict.PredictionStream;
import io.sadi.predict.detect.Detector;
import io.sadi.predict.detect.DetectorOptions;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The stages of predicting with a detector: detect, crop, and all of them side by side. */
final class DetectorBench {
  /** Photos that are kept in memory to detect people in. */
  private static final int KEPT = 16;

  private final RunConfig config;
  private final Dataset dataset;
  private final List<Person> people;
  private final Precision precision;
  private final DetectorOptions options;
  private final int threads;

  DetectorBench(
      RunConfig config, Dataset dataset, List<Person> people, Precision precision, Path detector) {
    this.config = config;
    this.dataset = dataset;
    this.people = people;
    this.precision = precision;
    this.options =
        new DetectorOptions(
            detector,
            DetectorOptions.SCORE,
            DetectorOptions.OVERLAP,
            DetectorOptions.MOST,
            null,
            null,
            null);
    int asked = config.train().threads();
    this.threads = asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  private Path photo(int i) {
    return dataset.imageRoot().resolve(people.get(i % people.size()).image());
  }

  private Detector open() throws IOException {
    return Detector.open(options, config.train().precision());
  }

  /** A detector on photos in memory, as many at a time as predicting has. */
  Workload detect(int size) throws IOException {
    Detector detector = open();
    List<LazyImage> photos = new ArrayList<>();
    for (int i = 0; i < Math.min(KEPT, people.size()); i++) {
      photos.add(LazyImage.of(Image.read(photo(i))));
    }
    return new SideBySide(size) {
      @Override
      int one(int i) {
        return detector.detect(photos.get(i % photos.size())).size();
      }

      @Override
      public void close() {
        super.close();
        detector.close();
        photos.forEach(LazyImage::close);
      }
    };
  }

  /** Photos decoded, and everybody annotated cut out. */
  Workload crop(int size) {
    int side = config.model().input();
    return new SideBySide(size) {
      @Override
      int one(int i) throws IOException {
        PersonBox person = PersonBox.of(people.get(i % people.size()));
        try (LazyImage photo = LazyImage.read(photo(i));
            Image crop =
                photo.warp(
                    person.crop(side, config.model().pixels()).imageToCrop().inverse(),
                    side,
                    side)) {
          return crop.rgb().length;
        }
      }
    };
  }

  /** Photos on disk to rows of joints of whom the detector finds. */
  Workload all(int size) throws IOException {
    SadiNet net =
        SadiNet.create(
            config.model(),
            dataset.skeleton().size(),
            ComputeDevice.of(config.train().device()),
            false,
            1);
    Detector detector = open();
    InferenceConfig inference =
        new InferenceConfig(
            config.train().device(),
            config.train().precision(),
            size,
            config.train().threads(),
            false,
            Refine.QUARTER);
    return new StreamBench(
        size,
        Double.NaN,
        () -> new PredictionStream(net, dataset, people, precision, inference, detector::people)) {
      @Override
      public void close() {
        super.close();
        detector.close();
        net.close();
      }
    };
  }

  /** Work on single photos, as many at a time as predicting has threads for them. */
  private abstract class SideBySide implements Workload {
    private final int size;
    private final Workers<Integer> workers = new Workers<>("sadi-images", threads);
    private final AtomicInteger next = new AtomicInteger();

    SideBySide(int size) {
      this.size = size;
    }

    /** Works on one; what it returns keeps it from being optimised away. */
    abstract int one(int i) throws IOException;

    @Override
    public void once() {
      for (int i = 0; i < size; i++) {
        int at = Math.floorMod(next.getAndIncrement(), 1 << 20);
        workers.submit(() -> one(at));
      }
      for (int i = 0; i < size; i++) {
        workers.take();
      }
    }

    @Override
    public int images() {
      return size;
    }

    @Override
    public double gflop() {
      return Double.NaN;
    }

    @Override
    public void close() {
      workers.close();
    }
  }
}
