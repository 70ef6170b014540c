package io.sadi.eval;

import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.io.Json;

/** How an evaluation is printed. Percentages are 0 to 100, whatever the locale. */
public enum EvaluationFormat {
  /** Tables for a person: groups and both means as in papers, then every joint. */
  TABLE,
  /** One row a value: {@code dataset,split,metric,decode,kind,name,value,counted,low,high}. */
  CSV,
  /** The object that sadi-formats(5) describes. */
  JSON,
  /** The tables, for a page. */
  MARKDOWN;

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }

  /** What the name of such a file ends in. */
  public String extension() {
    return switch (this) {
      case TABLE -> "txt";
      case CSV -> "csv";
      case JSON -> "json";
      case MARKDOWN -> "md";
    };
  }

  /** The evaluation as text that ends in a newline. */
  public String write(Evaluation evaluation) {
    return switch (this) {
      case TABLE -> EvaluationTables.plain(evaluation);
      case MARKDOWN -> EvaluationTables.markdown(evaluation);
      case CSV -> EvaluationCsv.of(evaluation);
      case JSON -> Json.pretty(json(evaluation));
    };
  }

  /** The object that sadi-formats(5) describes. */
  public static JsonObject json(Evaluation evaluation) {
    return EvaluationJson.of(evaluation);
  }
}
