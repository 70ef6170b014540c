package io.sadi.train;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.MetricResult;
import io.sadi.io.FailedException;
import io.sadi.io.Interruption;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Losses;
import io.sadi.model.Losses.Loss;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet;
import io.sadi.model.SadiNet.Output;
import io.sadi.predict.Checkpoint;
import io.sadi.predict.Decode;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains one network on one dataset into one run folder: epochs of batches, a validation and a
 * checkpoint after each. {@link #run} is the loop.
 */
final class Trainer implements AutoCloseable {
  private static final String TRAINING = "training";

  private final RunConfig config;
  private final TrainConfig settings;
  private final Dataset dataset;
  private final List<Person> people;
  private final List<Person> validationPeople;
  private final RunFolder folder;
  private final Progress progress;
  private final ComputeDevice device;
  private final Precision precision;
  private final SadiNet net;
  private final WeightAverage average;
  private final Adam optimizer;
  private final List<List<String>> rows = new ArrayList<>();
  private final long started = System.nanoTime();
  private Position position = Position.START;
  private double imagesPerSecond;

  Trainer(
      RunConfig config,
      Dataset dataset,
      List<Person> people,
      List<Person> validationPeople,
      RunFolder folder,
      ComputeDevice device,
      Precision precision,
      Progress progress) {
    this.config = config;
    this.settings = config.train();
    this.dataset = dataset;
    this.people = people;
    this.validationPeople = validationPeople;
    this.folder = folder;
    this.device = device;
    this.precision = precision;
    this.progress = progress;
    this.net =
        SadiNet.create(config.model(), dataset.skeleton().size(), device, true, settings.seed());
    this.average = new WeightAverage(net, settings.ema());
    this.optimizer = new Adam(net.parameters(), device, settings.weightDecay());
  }

  /** Trains to the end, or until interrupted; either way the run folder holds all that was done. */
  RunState run() throws IOException {
    summarise(RunState.RUNNING);
    try (Interruption.Guard guard = Interruption.guard()) {
      while (position.epoch() < settings.epochs()) {
        boolean complete = epoch(guard);
        if (!complete) {
          save();
          summarise(RunState.INTERRUPTED);
          note("interrupted after step " + position.steps() + "; --resume goes on from here");
          return RunState.INTERRUPTED;
        }
      }
      summarise(RunState.DONE);
      return RunState.DONE;
    } catch (IOException | RuntimeException e) {
      summarise(RunState.FAILED);
      throw e;
    }
  }

  /** One pass over the training split; false if it was interrupted before its end. */
  private boolean epoch(Interruption.Guard guard) throws IOException {
    int epoch = position.epoch();
    long begin = System.nanoTime();
    int left = Batches.count(people.size(), settings.batch()) - position.batch();
    int done = 0;
    String name = "epoch " + (epoch + 1) + "/" + settings.epochs();
    try (Batches batches =
            Batches.training(
                dataset,
                people,
                config.model().input(),
                settings.batch(),
                config.augmentation(),
                settings.seed(),
                epoch,
                position.batch(),
                settings.workers());
        Progress.Work work =
            progress.start(
                name, (long) left * Math.min(settings.batch(), people.size()), "images")) {
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        if (guard.requested()) {
          return false;
        }
        step(batch, settings.rate(epoch, position.steps()));
        done += batch.size();
        work.advance(batch.size());
        work.message(String.format(Locale.ROOT, "loss %.4f", position.loss() / position.batch()));
        batches.release(batch);
      }
    }
    imagesPerSecond = done / ((System.nanoTime() - begin) / 1e9);
    finish(epoch);
    return true;
  }

  /** From a batch to the loss, and back to the weights. */
  private void step(Batch batch, double rate) {
    // Everything native that a step makes goes with its scope; only numbers leave it. Garbage
    // collection would come too late, because the JVM does not see how large a tensor is.
    try (PointerScope scope = new PointerScope()) {
      int crop = config.model().input();
      long joints = net.joints();
      Tensor image = net.normalise(Tensors.borrow(batch.rgb(), batch.size(), crop, crop, 3));
      Targets targets =
          new Targets(
              Tensors.of(batch.joints(), device, batch.size(), joints, 2),
              Tensors.of(batch.mask(), device, batch.size(), joints));
      Output output;
      try (Autocast autocast = Autocast.of(precision, device)) {
        output = net.forward(image, true);
      }
      Loss loss = Losses.of(net, output, targets, config.loss());
      double value = loss.total().item_float();
      if (!Double.isFinite(value)) {
        throw new FailedException(
            "the loss is "
                + value
                + " at step "
                + (position.steps() + 1)
                + " (images "
                + names(batch)
                + "); a lower train.lr or train.clip=1 may help, and the last checkpoint is intact");
      }
      loss.total().backward();
      if (settings.clip() > 0) {
        clip(net.parameters().gradients());
      }
      optimizer.step(rate);
      average.update(optimizer.steps());
      Tensor h2 = loss.h2();
      position =
          new Position(
              position.epoch(),
              position.batch() + 1,
              position.steps() + 1,
              position.loss() + value,
              position.lossH1() + loss.h1().item_float(),
              position.lossH2() + (h2 == null ? Double.NaN : h2.item_float()),
              position.best(),
              position.bestWeighted(),
              position.bestUnweighted(),
              position.fusionWeight());
    }
  }

  /** Validates, records and saves an epoch that is complete. */
  private void finish(int epoch) throws IOException {
    int done = epoch + 1;
    boolean validate = done % settings.evalEvery() == 0 || done == settings.epochs();
    List<MetricResult> validation = List.of();
    double weight = position.fusionWeight();
    if (validate && !validationPeople.isEmpty()) {
      Validation result =
          Validation.of(
              average.network(),
              dataset,
              validationPeople,
              precision,
              settings.batch(),
              settings.workers(),
              progress);
      validation = result.results();
      weight = result.fusionWeight();
    }
    int batches = position.batch();
    EpochResult result =
        new EpochResult(
            done,
            position.steps(),
            settings.rate(epoch, Math.max(0, position.steps() - 1)),
            position.loss() / batches,
            position.lossH1() / batches,
            position.lossH2() / batches,
            imagesPerSecond,
            ProcessMemory.residentMb(),
            validation);
    double weighted = validation.isEmpty() ? Double.NaN : validation.get(0).meanJointWeighted();
    double unweighted = validation.isEmpty() ? Double.NaN : validation.get(0).meanUnweighted();
    // Where nothing is validated the latest weights are the best there are.
    boolean best =
        validationPeople.isEmpty()
            || position.best() == 0
            || weighted > position.bestWeighted()
            || (!Double.isNaN(weighted) && Double.isNaN(position.bestWeighted()));
    position =
        new Position(
            done,
            0,
            position.steps(),
            0,
            0,
            0,
            best ? done : position.best(),
            best ? weighted : position.bestWeighted(),
            best ? unweighted : position.bestUnweighted(),
            weight);
    if (best) {
      checkpoint(done).write(folder.best(), Map.of(), Map.of());
    }
    save();
    rows.add(MetricsCsv.row(result));
    folder.metrics(rows);
    summarise(RunState.RUNNING);
    note(describe(result));
  }

  /** Goes on where the last checkpoint of the folder stands; from the start where there is none. */
  void resume() throws IOException {
    if (!Files.exists(folder.last())) {
      return;
    }
    Safetensors last = Safetensors.read(folder.last());
    Position saved =
        Position.fromJson(last.metadata().getOrDefault(TRAINING, "nothing"), folder.last());
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    Map<String, Safetensors.Entry> averaged = new LinkedHashMap<>();
    last.tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(Checkpoint.STATE)) {
                raw.put(name.substring(Checkpoint.STATE.length()), entry);
              } else {
                averaged.put(name, entry);
              }
            });
    net.parameters().load(raw, folder.last());
    average.network().parameters().load(averaged, folder.last());
    OptimizerFile.read(folder.optimizer(saved.steps()), optimizer);
    optimizer.steps(saved.steps());
    rows.addAll(folder.metrics(saved.epoch()));
    position = saved;
    note("resumed after epoch " + saved.epoch() + ", step " + saved.steps());
  }

  /** Starts from another network's weights instead of random ones. */
  void initialise(Checkpoint from, Object origin) {
    net.parameters().load(from.tensors(), origin);
    average.network().parameters().load(from.tensors(), origin);
  }

  /** Everything that resuming needs: the optimizer first, then the checkpoint that names it. */
  private void save() throws IOException {
    OptimizerFile.write(folder.optimizer(position.steps()), optimizer);
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    net.parameters().toEntries().forEach((name, entry) -> raw.put(Checkpoint.STATE + name, entry));
    checkpoint(position.epoch()).write(folder.last(), raw, Map.of(TRAINING, position.toJson()));
    folder.forgetOptimizersBut(position.steps());
  }

  private Checkpoint checkpoint(int epoch) {
    return new Checkpoint(
        config.yaml(),
        config.model(),
        dataset.skeleton(),
        dataset.metric(),
        epoch,
        position.fusionWeight(),
        average.network().parameters().toEntries());
  }

  private void clip(Tensor gradients) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      double norm = gradients.norm().item_float();
      if (norm > settings.clip()) {
        gradients.mul_(Tensors.scalar(settings.clip() / norm));
      }
    }
  }

  private void summarise(RunState state) throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("state", Config.name(state));
    json.addProperty("epochs", position.epoch());
    if (position.best() > 0) {
      JsonObject best = new JsonObject();
      best.addProperty("epoch", position.best());
      best.addProperty("metric", dataset.metric().label());
      best.addProperty("decode", Config.name(Decode.FUSED));
      best.add("mean_joint_weighted", Json.number(position.bestWeighted(), 4));
      best.add("mean_unweighted", Json.number(position.bestUnweighted(), 4));
      json.add("best", best);
    } else {
      json.add("best", JsonNull.INSTANCE);
    }
    json.addProperty("last", folder.path().relativize(folder.last()).toString());
    json.add("img_per_s", Json.number(imagesPerSecond, 1));
    json.addProperty("peak_rss_mb", ProcessMemory.peakMb());
    json.addProperty("device", device.toString());
    json.addProperty("precision", Config.name(precision));
    json.add("wall_s", Json.number((System.nanoTime() - started) / 1e9, 1));
    folder.summary(json);
  }

  private void note(String line) throws IOException {
    progress.note(line);
    folder.log(line);
  }

  private String describe(EpochResult result) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "epoch %d/%d: loss %.4f, L_H1 %.5f",
            result.epoch(),
            settings.epochs(),
            result.loss(),
            result.lossH1()));
    if (!Double.isNaN(result.lossH2())) {
      line.append(String.format(Locale.ROOT, ", L_H2 %.3f", result.lossH2()));
    }
    for (MetricResult metric : result.validation()) {
      line.append(
          String.format(
              Locale.ROOT,
              ", %s %s %.2f",
              metric.decode(),
              metric.metric().label(),
              metric.meanJointWeighted()));
    }
    line.append(
        String.format(
            Locale.ROOT, ", %.0f img/s, %d MB", result.imagesPerSecond(), result.residentMb()));
    return line.toString();
  }

  private String names(Batch batch) {
    List<String> names = new ArrayList<>();
    for (int index : batch.indices()) {
      names.add(people.get(index).image());
    }
    return String.join(", ", names);
  }

  @Override
  public void close() {
    optimizer.close();
    average.close();
    net.close();
  }
}
