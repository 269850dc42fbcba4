package io.github.flora.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;

/** The page and the other files that never change, held in memory. */
final class Page {

  /** Nothing from elsewhere, nothing inline, in nobody's frame. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private Page() {}

  /** Adds its paths. */
  static void add(RoutesConfig routes) {
    add(routes, "/", "page/index.html", "text/html; charset=utf-8");
    add(routes, "/page/page.css", "page/page.css", "text/css; charset=utf-8");
    add(routes, "/page/page.js", "page/page.js", "text/javascript; charset=utf-8");
    add(routes, "/page/icon.svg", "page/icon.svg", "image/svg+xml");
    add(routes, "/openapi.json", "openapi.json", "application/json");
  }

  private static void add(RoutesConfig routes, String path, String resource, String type) {
    byte[] content = read(resource);
    routes.get(path, context -> answer(context, content, type));
  }

  private static void answer(Context context, byte[] content, String type) {
    context
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-cache")
        .contentType(type)
        .result(content);
  }

  private static byte[] read(String resource) {
    try (InputStream stream = Page.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException(resource + " isn't on the classpath");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(resource + " can't be read", e);
    }
  }
}
