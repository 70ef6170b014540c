package io.sadi.predict.output;

import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * One row a person: who, where, how sure, and five columns a joint; between them what {@link
 * ExtraColumns} says.
 */
public final class CsvPredictionsWriter implements PredictionsWriter {
  private static final List<String> OF_A_JOINT =
      List.of("_x", "_y", "_score", "_sigma_x", "_sigma_y");

  private final BufferedWriter text;
  private final List<String> joints;
  private final ExtraColumns extra;
  private @Nullable CSVPrinter rows;

  public CsvPredictionsWriter(OutputStream out, List<String> joints, ExtraColumns extra) {
    this.text = PredictionsWriter.text(out);
    this.joints = joints;
    this.extra = extra;
  }

  @Override
  public void write(FoundImage image) throws IOException {
    for (FoundPerson person : image.people()) {
      rows().printRecord(row(image, person));
    }
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    rows().flush();
  }

  /** Below the header. */
  private CSVPrinter rows() throws IOException {
    if (rows == null) {
      rows = Csv.printer(text);
      List<String> header =
          new ArrayList<>(List.of("image", "person", "score", "box_x", "box_y", "box_w", "box_h"));
      if (extra.boxScore()) {
        header.add("box_score");
      }
      if (extra.film()) {
        header.addAll(List.of("frame", "time", "track"));
      }
      for (String joint : joints) {
        OF_A_JOINT.forEach(column -> header.add(joint + column));
      }
      rows.printRecord(header);
    }
    return rows;
  }

  private List<String> row(FoundImage image, FoundPerson person) {
    PersonBox place = person.place();
    Prediction found = person.joints();
    List<String> row = new ArrayList<>();
    row.add(image.name());
    row.add(String.valueOf(place.person()));
    row.add(number(person.score(), SCORE_DECIMALS));
    row.add(number(place.box().x(), PIXEL_DECIMALS));
    row.add(number(place.box().y(), PIXEL_DECIMALS));
    row.add(number(place.box().width(), PIXEL_DECIMALS));
    row.add(number(place.box().height(), PIXEL_DECIMALS));
    if (extra.boxScore()) {
      row.add(number(place.score(), SCORE_DECIMALS));
    }
    if (extra.film()) {
      FrameTime frame = image.frame();
      row.add(frame == null ? "" : String.valueOf(frame.number()));
      row.add(frame == null ? "" : number(frame.seconds(), TIME_DECIMALS));
      row.add(person.track() == FoundPerson.NO_TRACK ? "" : String.valueOf(person.track()));
    }
    for (int k = 0; k < found.x().length; k++) {
      row.add(number(found.x()[k], PIXEL_DECIMALS));
      row.add(number(found.y()[k], PIXEL_DECIMALS));
      row.add(number(found.score()[k], SCORE_DECIMALS));
      row.add(number(found.sigmaX()[k], PIXEL_DECIMALS));
      row.add(number(found.sigmaY()[k], PIXEL_DECIMALS));
    }
    return row;
  }

  /** A number as JSON has it, and nothing for what is not known. */
  private static String number(double value, int decimals) {
    return Double.isFinite(value) ? Json.number(value, decimals).getAsString() : "";
  }
}
