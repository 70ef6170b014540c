package io.sadi.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * An HTML page in one file: it needs no network and no other file, and follows the reader's choice
 * of light or dark. Text from outside goes through {@link #escape}.
 */
public final class Page {
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private final String title;
  private final StringBuilder body = new StringBuilder();

  public Page(String title) {
    this.title = title;
  }

  /** Text as HTML shows it, in elements and in quoted attributes. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * A picture with a line below it.
   *
   * @param jpeg the file's content, which becomes part of the page
   * @param caption plain text
   * @param alt what is to be seen, for those who cannot; plain text
   */
  public static String figure(byte[] jpeg, String caption, String alt) {
    return "<figure><img src=\"data:image/jpeg;base64,"
        + Base64.getEncoder().encodeToString(jpeg)
        + "\" alt=\""
        + escape(alt)
        + "\"><figcaption>"
        + escape(caption)
        + "</figcaption></figure>\n";
  }

  /**
   * A large number in a box; several stand side by side in a {@code div} of the class cards.
   *
   * @param kind "" or " good" or " bad"
   * @param number markup
   * @param words markup, what the number is
   */
  public static String card(String kind, String number, String words) {
    return "<div class=\"card"
        + kind
        + "\"><b>"
        + number
        + "</b><span>"
        + words
        + "</span></div>\n";
  }

  /** Adds markup that is well-formed and holds no unescaped text from outside. */
  public Page add(String markup) {
    body.append(markup).append('\n');
    return this;
  }

  /** The whole file. */
  public String html() {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<meta name=\"color-scheme\" content=\"light dark\">\n"
        // Without this a browser looks for an icon file.
        + "<link rel=\"icon\" href=\"data:,\">\n<title>"
        + escape(title)
        + "</title>\n<style>\n"
        + resource("page.css")
        + "</style>\n</head>\n<body>\n<main>\n"
        + body
        + "</main>\n"
        + (body.indexOf("<canvas") < 0 ? "" : script(CHART_JS) + script("page.js"))
        + (body.indexOf("<div class=\"poses\"") < 0 ? "" : script("poses.js"))
        + (body.indexOf("<div class=\"mistakes\"") < 0 ? "" : script("mistakes.js"))
        + "</body>\n</html>\n";
  }

  private static String script(String resource) {
    // Its source map is another file.
    String code = resource(resource).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    return "<script>\n" + code.replace("</script", "<\\/script") + "\n</script>\n";
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
