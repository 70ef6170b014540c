package io.sadi.cli;

import static io.sadi.cli.options.UsageRule.refuse;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DetectorMixin;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.FilmOptions;
import io.sadi.cli.options.InferenceOptions;
import io.sadi.cli.options.InputArguments;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.cli.options.UsageRule;
import io.sadi.config.Config;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Shard;
import io.sadi.predict.FilmJob;
import io.sadi.predict.FilmJob.FilmOutcome;
import io.sadi.predict.PredictionJob;
import io.sadi.predict.PredictionRequest;
import io.sadi.predict.PredictionRequest.DetectorUse;
import io.sadi.predict.detect.DetectorOptions;
import io.sadi.predict.input.BoxChoice;
import io.sadi.predict.output.Merge;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Drawings;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionsFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sadi predict}. */
@Command(
    name = "predict",
    header = "Find people's joints in images and films.",
    description = {
      "Whom the detector that comes with the program finds are looked at, unless --boxes says who is"
          + " where; with a --model of yours and no --detector, every image is one person's, who"
          + " fills it. Every joint has a position, a score and, where the network has the part that tells it (the SFM, see"
          + " sadi-model(7)), a sigma; none is left out, however unsure.",
      "The score, 0 to 1, is how high the heatmap peaks at the joint. It ranks: the higher, the"
          + " more often right; but it is no probability, and 0.8 does not mean right in 8 of 10"
          + " cases. sigma_x and sigma_y are how far off the network expects the joint to be, as a"
          + " standard deviation in pixels of the image: small for a shoulder in full view, large"
          + " for a wrist behind the back. After 'sadi eval --calibrate', which scales them on"
          + " people whose joints are known, 90 %% of the joints lie in the ellipse of 2.15 sigma"
          + " around where they were found; but not with another --decode, in photos of another"
          + " kind, or where left was taken for right. (With --decode mu and h2 the score is 1 less"
          + " the mean sigma as a share of the crop.)",
      "Images that cannot be read are listed and left out; the exit code is then 4, or 3 if there"
          + " is no other.",
      "A film (mp4, mov, mkv, webm, avi and others, one at a time) is read by the system's ffmpeg,"
          + " frame by frame, and its people are followed: each has a number, track, that stays the"
          + " same. See FILMS in sadi-predict(1)."
    },
    footer = {
      "",
      "Examples:",
      "  sadi predict photo.jpg --overlays drawn",
      "  sadi predict --model best.safetensors photos --out joints.csv",
      "  find . -name '*.png' | sadi predict - | head",
      "  sadi predict --model best.safetensors photos --boxes people.csv \\",
      "    --out joints.json --overlays drawn --errors broken.csv",
      "  sadi predict holiday --overlays drawn --out joints.csv",
      "  sadi predict holiday --detector yolov8n.onnx --out joints.csv",
      "  sadi predict photos --format coco-dataset --out labels.json",
      "  sadi predict film.mp4 --smooth --out joints.csv --overlays drawn.mp4",
      "  sadi predict --model best.safetensors mpii/images \\",
      "    --boxes data/mpii/annotations/test.json --out pred_keypoints_mpii.mat \\",
      "    --annotations mpii_human_pose_v1_u12_1.mat"
    })
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;
  @Mixin private InferenceOptions inference;
  @Mixin private DetectorMixin detector;
  @Mixin private FilmOptions film;
  @Mixin private InputArguments inputs;

  @Option(
      names = "--model",
      order = 1,
      paramLabel = "FILE|builtin",
      description =
          "A checkpoint, such as RUN/checkpoints/best.safetensors. Default: builtin, the network"
              + " that comes with the program ('sadi info --model builtin' says what it is).")
  private Path model = Checkpoint.BUILTIN;

  @Option(
      names = "--boxes",
      order = 2,
      paramLabel = "FILE",
      description =
          "Who is where: CSV with the columns image,x,y,w,h (and person, score), or COCO (.json):"
              + " an object with images, or a detector's list, whose images are called by their"
              + " numbers (000000000139.jpg) or named by --boxes-images. Images are named as in the"
              + " output, or by longer paths that end so; several people an image; nobody is looked"
              + " for in an image that is not listed.")
  private @Nullable Path boxes;

  @Option(
      names = "--boxes-images",
      order = 2,
      paramLabel = "FILE",
      description =
          "With a detector's list as --boxes: a COCO file that says what its images are called.")
  private @Nullable Path boxesImages;

  @Option(
      names = "--boxes-score",
      order = 2,
      paramLabel = "S",
      description = "Only boxes of this score or a higher one. Default: all.")
  private double boxesScore = Double.NaN;

  @Option(
      names = "--boxes-category",
      order = 2,
      paramLabel = "NAME|N",
      description =
          "Only boxes of this category of COCO's. Default: person, or 1; 0 in a list that counts"
              + " from 0; the only one of a list that has one.")
  private @Nullable String boxesCategory;

  @Option(
      names = "--people",
      order = 9,
      paramLabel = "WHO",
      description =
          "Of those whom the detector finds: ${COMPLETION-CANDIDATES}. one: the largest; all: everybody, and an"
              + " image in which nobody is found as one person's who fills it; found: everybody,"
              + " and no row where nobody is found. Default: all, of a film found.")
  private @Nullable WhichPeople people;

  /** Whom of those that a detector finds. */
  enum WhichPeople {
    ONE,
    ALL,
    FOUND;

    @Override
    public String toString() {
      return Config.name(this);
    }
  }

  @Option(
      names = "--passes",
      order = 2,
      paramLabel = "N",
      description =
          "2 (default): look at each image a second time, at the part where the first look found"
              + " somebody, who seldom fills it; 1: at the whole of it only, in half the time."
              + " Without --boxes.")
  private @Nullable Integer passes;

  @Option(
      names = "--out",
      order = 3,
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The file of predictions, whole or not at all. Default: -, stdout.")
  private Path out;

  @Option(
      names = "--format",
      order = 4,
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}. Default: what --out ends in (.json, .jsonl, .coco.json,"
              + " .mat), or csv. coco are results, as pycocotools loads them; coco-dataset and yolo"
              + " are labels, for annotation tools and 'sadi prepare coco' or 'yolo'; yolo writes a"
              + " folder, --out-dir, with links to the images.")
  private @Nullable PredictionsFormat format;

  @Option(
      names = "--annotations",
      order = 4,
      paramLabel = "FILE",
      description =
          "With --format mpii-mat, a submission to MPII: its official"
              + " mpii_human_pose_v1_u12_1.mat, which says what the submission must list.")
  private @Nullable Path annotations;

  @Option(
      names = "--overlays",
      order = 5,
      paramLabel = "DIR|FILM",
      description =
          "Draw people over the images: left orange, right blue; joints with a score below 0.3"
              + " hollow, their limbs dashed. Of a film also as a film, such as drawn.mp4.")
  private @Nullable Path overlays;

  @Option(
      names = "--heatmaps",
      order = 6,
      paramLabel = "DIR",
      description =
          "Draw the heatmaps H1, H2 and both fused beside each crop; where --boxes is COCO with the"
              + " network's joints, such as a dataset's annotations/val.json, also the annotated"
              + " joints as the first heatmap learns them.")
  private @Nullable Path heatmaps;

  @Option(
      names = "--against",
      order = 6,
      paramLabel = "FILE",
      description =
          "With --heatmaps: another checkpoint with the same joints, whose heatmaps of the same"
              + " crops are drawn beside these.")
  private @Nullable Path against;

  @Option(
      names = "--attention",
      order = 6,
      paramLabel = "DIR",
      description =
          "Draw beside each crop what the SFM looks at: the weights of its four scales, W1 (fine)"
              + " to W4, and those of its local attention.")
  private @Nullable Path attention;

  @Option(
      names = "--report",
      order = 7,
      paramLabel = "FILE.html",
      description =
          "A page to look through: pictures of up to 600 people (of more, the 300 with the lowest"
              + " scores and 300 others) with their joints and sigma, to be sorted, filtered and"
              + " enlarged, and numbers about everybody.")
  private @Nullable Path report;

  @Option(
      names = "--errors",
      order = 8,
      paramLabel = "FILE",
      description = "List the inputs that could not be used as CSV: image,error.")
  private @Nullable Path errors;

  @Option(
      names = "--decode",
      order = 20,
      paramLabel = "HOW",
      description = "Which answer of the network counts: ${COMPLETION-CANDIDATES}. Default: fused.")
  private Decode decode = Decode.FUSED;

  @Option(
      names = "--out-dir",
      order = 3,
      paramLabel = "DIR",
      description =
          "Instead of --out: a file for every image, DIR/NAME.csv and so on, where NAME is the"
              + " image's as in the output, its own ending included.")
  private @Nullable Path outDir;

  @Option(
      names = "--shard",
      order = 9,
      paramLabel = "I/N",
      converter = ShardConverter.class,
      description =
          "Only the I-th of N parts of the images, each of which belongs to one by its name; 'sadi"
              + " merge' puts the N files together.")
  private @Nullable Shard shard;

  @Option(
      names = "--resume",
      order = 91,
      description =
          "Go on with an unfinished run, or with one in which images could not be used: what --out"
              + " keeps in NAME.part, or the images whose file in --out-dir is missing or older than"
              + " they are. An image whose file has changed is done again.")
  private boolean resume;

  @Option(
      names = "--keep-failures",
      order = 91,
      description =
          "With --resume: leave images out that could not be used before, which are tried again"
              + " otherwise.")
  private boolean keepFailures;

  @Option(
      names = "--allow-mixed",
      order = 91,
      description =
          "With --resume: go on although the images so far were computed differently (precision,"
              + " kind of device, batch, LibTorch), so that the rows are not those of one run; in"
              + " --out-dir also by another model, or with other options.")
  private boolean allowMixed;

  static final class ShardConverter implements ITypeConverter<Shard> {
    @Override
    public Shard convert(String text) {
      try {
        return Shard.parse(text);
      } catch (BadInputException e) {
        throw new TypeConversionException(
            String.valueOf(e.getMessage()).replaceFirst("^--shard: ", ""));
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    Path file = out.toString().equals("-") ? null : out;
    checkUsage(file);
    Path complete =
        resume && file != null && Files.exists(file) && !Files.exists(AtomicFile.part(file))
            ? file
            : null;
    if (complete != null && report != null && !Files.exists(report)) {
      throw BadInputException.at(
          complete,
          "a complete run",
          "an unfinished one to make " + report + " of",
          "--overwrite predicts again");
    }
    Existing existing =
        resume ? Existing.RESUME : overwrite.overwrite ? Existing.OVERWRITE : Existing.REFUSE;
    boolean goesOn =
        complete != null || (resume && (file == null || Files.exists(AtomicFile.part(file))));
    overwrite.check(
        goesOn, file, file == null || shard == null ? null : Merge.companion(file), report, errors);
    OverwriteOption.checkFolders(overlays, heatmaps, attention);
    for (Path beside : new Path[] {report, errors}) {
      if (beside != null) {
        AtomicFile.checkPart(beside);
      }
    }
    boolean isFilm = film.asked(inputs.all());
    PredictionRequest request =
        new PredictionRequest(
            model,
            inputs.all(),
            boxes,
            decode,
            passes == null ? 2 : passes,
            inference.config(),
            shard,
            new PredictionOutput(
                file,
                outDir,
                format(file),
                annotations,
                new Drawings(overlays, heatmaps, against, attention),
                report,
                errors,
                existing,
                new PredictionOutput.Resuming(keepFailures, allowMixed)),
            new BoxChoice(boxesScore, boxesCategory, boxesImages),
            detection(isFilm));
    Console console = common.console();
    if (isFilm) {
      return complete == null ? film(request) : complete(complete);
    }
    PredictionJob job = PredictionJob.prepare(request, System.in, console);
    if (complete != null) {
      job.checkComplete(complete);
      return complete(complete);
    }
    if (dryRun.dryRun) {
      console.note(job.describe());
      return ExitCode.DONE;
    }
    PredictionOutcome outcome;
    try (OutputStream stdout = console.data()) {
      outcome = job.run(stdout, console);
    }
    return report(outcome, file);
  }

  private int film(PredictionRequest request) throws IOException {
    Console console = common.console();
    FilmJob job = FilmJob.prepare(request, film.request(), System.in, console);
    if (dryRun.dryRun) {
      console.note(job.describe());
      return ExitCode.DONE;
    }
    FilmOutcome outcome;
    try (OutputStream stdout = console.data()) {
      outcome = job.run(stdout, console);
    }
    PredictionOutcome predicted = outcome.predicted();
    Path place = request.output().file();
    console.note(
        String.format(
            Locale.ROOT,
            "%d %s followed through %d frames, %d rows%s%s",
            outcome.tracks(),
            outcome.tracks() == 1 ? "person" : "people",
            predicted.images(),
            predicted.people(),
            place == null ? "" : ", in " + place,
            predicted.kept() == 0 ? "" : "; " + predicted.kept() + " frames were done before"));
    if (place != null && !predicted.failures().isEmpty()) {
      console.warn(
          predicted.failures().size() + " frames could not be used; --resume tries them again");
    }
    if (outcome.problem() != null) {
      console.warn(outcome.problem() + "; what came before is used");
    }
    return outcome.problem() == null && predicted.failures().isEmpty()
        ? ExitCode.DONE
        : ExitCode.PARTIAL;
  }

  private int complete(Path file) {
    common.console().note(file + " is complete; nothing to resume");
    return ExitCode.DONE;
  }

  private @Nullable DetectorUse detection(boolean isFilm) {
    DetectorOptions options = boxes == null ? detector.options(isBuiltin()) : null;
    if (options == null) {
      return null;
    }
    WhichPeople usual = isFilm ? WhichPeople.FOUND : WhichPeople.ALL;
    WhichPeople who = people == null ? usual : people;
    return new DetectorUse(
        who == WhichPeople.ONE ? options.largestAlone() : options, who != WhichPeople.FOUND);
  }

  /** The program's own network finds the joints of people, whom its detector knows. */
  private boolean isBuiltin() {
    return model.equals(Checkpoint.BUILTIN);
  }

  private PredictionsFormat format(@Nullable Path file) {
    return format != null
        ? format
        : file == null ? PredictionsFormat.CSV : PredictionsFormat.of(file);
  }

  private void checkUsage(@Nullable Path file) {
    PredictionsFormat chosen = format(file);
    boolean goesOn = resume && file != null;
    boolean isFilm = film.asked(inputs.all());
    UsageRule.check(
        spec,
        List.of(
            refuse(
                boxes == null
                    && (boxesImages != null || boxesCategory != null || !Double.isNaN(boxesScore)),
                "--boxes-images, --boxes-score and --boxes-category are for --boxes FILE"),
            refuse(
                chosen == PredictionsFormat.YOLO && outDir == null,
                "--format yolo writes a folder: --out-dir DIR"),
            refuse(
                annotations != null && chosen != PredictionsFormat.MPII_MAT,
                "--annotations is for --format mpii-mat, not for " + chosen),
            refuse(file != null && outDir != null, "give one of --out and --out-dir"),
            refuse(
                outDir != null && chosen == PredictionsFormat.MPII_MAT,
                "--format mpii-mat is one file for all images: --out, not --out-dir"),
            refuse(boxes != null && detector.given(), "give one of --boxes and --detector"),
            refuse(
                people != null && (boxes != null || detector.options(isBuiltin()) == null),
                "--people is for --detector"),
            refuse(
                detector.isIncomplete(),
                "--detector-class, -layout and -input are for --detector FILE"),
            refuse(against != null && heatmaps == null, "--against is for --heatmaps DIR"),
            refuse(resume && overwrite.overwrite, "give one of --resume and --overwrite"),
            refuse(
                resume && file == null && outDir == null,
                "--resume is for --out FILE and --out-dir"),
            refuse(keepFailures && !goesOn, "--keep-failures is for --resume with --out FILE"),
            refuse(allowMixed && !resume, "--allow-mixed is for --resume"),
            refuse(passes != null && boxes != null, "--passes is for images without --boxes"),
            refuse(
                film.given() && !isFilm,
                "--every, --from, --to and --smooth are for a film, or frames with --frame-rate"),
            refuse(
                !isFilm && overlays != null && FilmJob.isFilm(overlays.toString()),
                "--overlays FILM is for a film; photos are drawn into a folder"),
            refuse(
                isFilm && shard != null,
                "--shard is for photos: people are followed from frame to frame; --from and --to"
                    + " take a part of a film"),
            refuse(isFilm && outDir != null, "--out-dir is for photos: a film has one file, --out"),
            refuse(
                isFilm && (heatmaps != null || attention != null || report != null),
                "--heatmaps, --attention and --report are for photos; a film has --overlays"),
            refuse(
                isFilm
                    && !List.of(
                            PredictionsFormat.CSV,
                            PredictionsFormat.JSON,
                            PredictionsFormat.JSONL,
                            PredictionsFormat.COCO)
                        .contains(chosen),
                "--format "
                    + chosen
                    + " is for photos; of a film there are csv, json, jsonl, coco"),
            refuse(isFilm && keepFailures, "--keep-failures is for photos"),
            refuse(
                resume && report != null && outDir != null,
                "--report is about images that are predicted now: --out FILE, not --out-dir, with"
                    + " --resume")));
  }

  private int report(PredictionOutcome outcome, @Nullable Path file) {
    Console console = common.console();
    Path place = file == null ? outDir : file;
    console.note(
        String.format(
            Locale.ROOT,
            "%d people in %d images%s%s",
            outcome.people(),
            outcome.images(),
            place == null ? "" : ", in " + place,
            outcome.kept() == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    file == null ? "; %d were there already" : "; %d of them were done before",
                    outcome.kept())));
    if (outcome.failures().isEmpty()) {
      return ExitCode.DONE;
    }
    console.warn(
        String.format(
            Locale.ROOT,
            "%d of %d inputs could not be used%s%s",
            outcome.failures().size(),
            outcome.failures().size() + outcome.images(),
            errors == null ? "" : "; they are listed in " + errors,
            place == null ? "" : "; --resume tries them again"));
    return ExitCode.PARTIAL;
  }
}
