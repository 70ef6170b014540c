package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.data.Batches;
import io.sadi.io.BadInputException;
import java.util.List;

/**
 * The settings of a training.
 *
 * @param epochs passes over the training split
 * @param batch crops a step
 * @param lr learning rate of Adam before the first milestone
 * @param milestones epochs after which the rate is multiplied by gamma
 * @param gamma that factor
 * @param warmupSteps steps over which the rate rises linearly from 0
 * @param weightDecay decoupled from the gradient, as in AdamW; 0: Adam
 * @param clip largest norm of the gradient; 0: not clipped
 * @param ema decay of the averaged weights, which are evaluated and kept as best; 0: no average
 * @param accumulate batches of a process that a step takes, one after the other
 * @param onNan what happens where the loss is no number or explodes
 * @param patience epochs without a better validation after which training ends; 0: never
 * @param freeze parts of names of parameters that are frozen
 * @param saveMinutes after how many minutes the state is saved within an epoch; 0: never
 * @param keep states that are kept, the last one included
 * @param evalEvery epochs from one validation to the next; the last epoch is always validated
 * @param samples people of the validation split whose pictures are drawn; 0: none
 * @param sampleEvery epochs from one picture to the next; the last epoch always has one
 * @param trainSplit the dataset's split to learn from
 * @param valSplit the split to validate on; empty for none
 * @param limitTrain people of the training split to use; 0: all
 * @param upright how often upright people are seen, as against others
 * @param workers threads that prepare crops
 * @param threads of LibTorch's operators; 0: one a core
 * @param device auto, cpu, cuda or cuda:N
 * @param precision auto, fp32 or bf16
 * @param rankTimeout seconds that the processes of a job wait for each other
 * @param seed of weights, order and augmentation
 */
public record TrainConfig(
    int epochs,
    int batch,
    double lr,
    List<Integer> milestones,
    double gamma,
    int warmupSteps,
    double weightDecay,
    double clip,
    double ema,
    int accumulate,
    OnNan onNan,
    int patience,
    List<String> freeze,
    int saveMinutes,
    int keep,
    int evalEvery,
    int samples,
    int sampleEvery,
    String trainSplit,
    String valSplit,
    int limitTrain,
    double upright,
    int workers,
    int threads,
    String device,
    String precision,
    int rankTimeout,
    int seed) {

  /** What happens at a step whose loss is no number or has exploded. */
  public enum OnNan {
    STOP,
    SKIP
  }

  /** Reads the sections {@code train} and {@code data}. */
  static TrainConfig from(Config config) {
    int epochs = config.integer("train.epochs", 210, 1, 1_000_000, "passes over the training data");
    List<Integer> milestones =
        config.integers(
            "train.milestones",
            List.of(170, 200),
            1,
            1_000_000,
            "epochs after which the learning rate is multiplied by gamma");
    for (int i = 1; i < milestones.size(); i++) {
      if (milestones.get(i) <= milestones.get(i - 1)) {
        throw BadInputException.at(
            config.where("train.milestones"), milestones.toString(), "rising epochs", "");
      }
    }
    return new TrainConfig(
        epochs,
        config.integer("train.batch", 32, 1, 65536, "crops a step"),
        config.number("train.lr", 1e-3, 0, 1, "learning rate of Adam"),
        milestones,
        config.number("train.gamma", 0.1, 0, 1, "factor of the learning rate at a milestone"),
        config.integer(
            "train.warmup_steps", 0, 0, 1_000_000, "steps of linearly rising learning rate"),
        config.number("train.weight_decay", 0, 0, 1, "decoupled weight decay (AdamW)"),
        config.number("train.clip", 0, 0, 1e9, "largest norm of the gradient; 0: not clipped"),
        config.number(
            "train.ema", 0.999, 0, 0.999999, "decay of the averaged weights; 0: no average"),
        config.integer(
            "train.accumulate", 1, 1, 65536, "batches a step, where one has no room for all"),
        config.choice(
            "train.on_nan",
            OnNan.class,
            OnNan.STOP,
            "what happens where the loss is no number, or a thousand times the usual"),
        config.integer(
            "train.patience",
            0,
            0,
            1_000_000,
            "epochs without progress before it ends, at least two validations; 0: never"),
        config.texts(
            "train.freeze", List.of(), "parts of names of parameters that stay, such as stem"),
        config.integer(
            "train.save_minutes", 10, 0, 1_000_000, "minutes between states; 0: each epoch's only"),
        config.integer("train.keep", 2, 1, 1000, "states that are kept"),
        config.integer("train.eval_every", 1, 1, 1_000_000, "epochs between validations"),
        config.integer("train.samples", 8, 0, 100, "validation people to draw; 0: no pictures"),
        config.integer("train.sample_every", 5, 1, 1_000_000, "epochs between pictures of them"),
        config.text("data.train_split", "train", "the split to learn from"),
        config.text("data.val_split", "val", "the split to validate on; empty: none"),
        config.integer("data.limit_train", 0, 0, 1_000_000_000, "people to learn from; 0: all"),
        config.number(
            "data.upright", 1, 0.01, 100, "how often upright people are seen, as against others"),
        config.integer("data.workers", 2, 1, 256, "threads that prepare crops"),
        config.integer("train.threads", 0, 0, 1024, "threads of an operator; 0: one a core"),
        config.text("train.device", "auto", "auto, cpu, cuda or cuda:N"),
        config.choice(
            "train.precision",
            List.of("auto", "fp32", "bf16"),
            "auto",
            "arithmetic of the convolutions; auto: bf16 where the hardware has it"),
        config.integer(
            "train.rank_timeout",
            300,
            1,
            1_000_000,
            "seconds that the processes of a job wait for each other"),
        config.integer(
            "train.seed", 1, 0, Integer.MAX_VALUE, "of weights, order and augmentation"));
  }

  /**
   * Refuses batches that are too small for batch norm, whose statistics would be no numbers.
   *
   * @param used images of a batch as it is used, where there are fewer people than a step takes
   * @param fewest images of a batch
   * @param learned what is learned from, for the message
   */
  void checkBatch(int used, int fewest, String learned) {
    if (used < fewest) {
      throw BadInputException.at(
          "train.batch",
          batch == used
              ? String.valueOf(used)
              : batch + ", but a batch is " + used + " of " + learned,
          "batches of at least "
              + fewest
              + ", because the network's smallest map is a single pixel and batch norm needs two"
              + " values a channel",
          batch == used
              ? "or take a larger model.input"
              : "take more of them, or a larger model.input");
    }
  }

  /** A process's share of a step's batches. */
  Batches.Share share(int rank, int ranks) {
    return new Batches.Share(batch, accumulate * ranks, rank * accumulate, accumulate);
  }

  /**
   * The learning rate of a step.
   *
   * @param epoch 0-based
   * @param step 0-based, over all epochs
   */
  double rate(int epoch, long step) {
    double rate = lr;
    for (int milestone : milestones) {
      if (epoch >= milestone) {
        rate *= gamma;
      }
    }
    return step < warmupSteps ? rate * (step + 1) / warmupSteps : rate;
  }
}
