package io.sadi.page;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of people with their joints drawn over them when the page opens: sorted, filtered by
 * score and name, with ellipses of the joints' deviations, and one of them large when it is
 * clicked.
 *
 * @param joints their names
 * @param colours of the joints, 0xRRGGBB
 * @param limbs between joints
 * @param poses in the order of the input
 */
public record PoseGallery(
    List<String> joints, List<Integer> colours, List<Limb> limbs, List<GalleryPose> poses) {
  /** Escapes what HTML would read as markup. */
  private static final Gson GSON = new Gson();

  /** What connects joint {@code a} to joint {@code b}, in a colour, 0xRRGGBB. */
  public record Limb(int a, int b, int colour) {}

  /**
   * One person. Coordinates are the image's pixels; NaN is not shown.
   *
   * @param image its name
   * @param person number of the person in the image, shown where {@code people} is more than one
   * @param people in the image
   * @param score the person's, 0 to 1
   * @param jpeg what is seen; null where the picture could not be made
   * @param left edge of the square that the picture shows
   * @param top edge
   * @param side of the square
   * @param x of every joint, pixel centres, as y
   * @param scores of the joints, 0 to 1
   * @param sigmaX deviation of every joint, as sigmaY; none where a network has none
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on as they are
  public record GalleryPose(
      String image,
      int person,
      int people,
      double score,
      byte @Nullable [] jpeg,
      double left,
      double top,
      double side,
      float[] x,
      float[] y,
      float[] scores,
      float[] sigmaX,
      float[] sigmaY) {
    private JsonObject json(int index) {
      JsonObject json = new JsonObject();
      json.addProperty("name", image);
      json.addProperty("person", person);
      json.addProperty("people", people);
      json.addProperty("index", index);
      json.add("mean", number(score, 4));
      if (jpeg != null) {
        json.addProperty("jpeg", Base64.getEncoder().encodeToString(jpeg));
      }
      json.add("left", number(left, 2));
      json.add("top", number(top, 2));
      json.add("side", number(side, 2));
      json.add("x", numbers(x, 2));
      json.add("y", numbers(y, 2));
      json.add("score", numbers(scores, 3));
      if (hasSigma()) {
        json.add("sx", numbers(sigmaX, 2));
        json.add("sy", numbers(sigmaY, 2));
      }
      return json;
    }

    private boolean hasSigma() {
      for (float value : sigmaX) {
        if (Float.isFinite(value)) {
          return true;
        }
      }
      return false;
    }
  }

  /** A section of a page, which poses.js makes interactive. */
  public String html() {
    boolean sigma = poses.stream().anyMatch(GalleryPose::hasSigma);
    return "<div class=\"poses\">\n<div class=\"controls\">\n"
        + "<label>sort <select name=\"sort\"><option value=\"least\">least sure first</option>"
        + "<option value=\"most\">surest first</option>"
        + (sigma
            ? "<option value=\"spread\">largest σ first</option>"
                + "<option value=\"narrow\">smallest σ first</option>"
            : "")
        + "<option value=\"name\">by name</option><option value=\"input\">as predicted</option>"
        + "</select></label>\n"
        + slider("from", 0)
        + slider("to", 1)
        + "<label>name <input type=\"search\" name=\"find\" placeholder=\"any part of it\"></label>\n"
        + "<label><input type=\"checkbox\" name=\"skeleton\" checked> joints</label>\n"
        + (sigma
            ? "<label>ellipses <select name=\"ellipses\"><option value=\"0\">none</option>"
                + "<option value=\"1\" selected>1 σ</option><option value=\"2.15\">2.15 σ</option>"
                + "</select></label>\n"
            : "")
        + "<output class=\"count\"></output></div>\n<div class=\"tiles\"></div>\n"
        + "<dialog><header><h3></h3><span></span>"
        + button("farther", "−", "smaller")
        + button("closer", "+", "larger")
        + button("previous", "←", "previous")
        + button("next", "→", "next")
        + button("close", "×", "close")
        + "</header><div class=\"large\"><div class=\"stage\"></div><table><thead><tr>"
        + "<th>joint</th><th>score</th><th>x</th><th>y</th><th>σ x</th><th>σ y</th></tr></thead>"
        + "<tbody></tbody></table></div></dialog>\n<script type=\"application/json\">"
        + GSON.toJson(json())
        + "</script></div>\n";
  }

  private static String slider(String name, int value) {
    return "<label>score "
        + name
        + " <input type=\"range\" name=\""
        + name
        + "\" min=\"0\" max=\"1\" step=\"0.01\" value=\""
        + value
        + "\"><output class=\""
        + name
        + "\"></output></label>\n";
  }

  private static String button(String action, String sign, String words) {
    return "<button type=\"button\" value=\""
        + action
        + "\" title=\""
        + words
        + "\">"
        + sign
        + "</button>";
  }

  private JsonObject json() {
    JsonObject json = new JsonObject();
    JsonArray names = new JsonArray();
    joints.forEach(names::add);
    json.add("joints", names);
    JsonArray own = new JsonArray();
    colours.forEach(colour -> own.add(css(colour)));
    json.add("colours", own);
    JsonArray edges = new JsonArray();
    for (Limb limb : limbs) {
      JsonArray edge = new JsonArray();
      edge.add(limb.a());
      edge.add(limb.b());
      edge.add(css(limb.colour()));
      edges.add(edge);
    }
    json.add("edges", edges);
    JsonArray people = new JsonArray();
    for (int i = 0; i < poses.size(); i++) {
      people.add(poses.get(i).json(i));
    }
    json.add("poses", people);
    return json;
  }

  private static String css(int rgb) {
    return String.format(Locale.ROOT, "#%06x", rgb);
  }

  private static JsonArray numbers(float[] values, int decimals) {
    JsonArray array = new JsonArray(values.length);
    for (float value : values) {
      array.add(Float.isFinite(value) ? number(value, decimals) : JsonNull.INSTANCE);
    }
    return array;
  }

  private static JsonPrimitive number(double value, int decimals) {
    double unit = Math.pow(10, decimals);
    return new JsonPrimitive(Math.rint(value * unit) / unit);
  }
}
