package io.github.flora.server;

import com.google.gson.JsonObject;

/**
 * Why a request wasn't answered, as a problem document (<a
 * href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>).
 *
 * @param status the HTTP status
 * @param title the same for every problem of this kind
 * @param detail what is wrong with this request and what to do, for people; nothing of the server's
 *     inside
 */
record Problem(int status, String title, String detail) {

  static final String CONTENT_TYPE = "application/problem+json";

  String json() {
    JsonObject json = new JsonObject();
    json.addProperty("type", "about:blank");
    json.addProperty("title", title);
    json.addProperty("status", status);
    json.addProperty("detail", detail);
    return json.toString();
  }

  static Problem badRequest(String detail) {
    return new Problem(400, "Bad Request", detail);
  }

  static Problem timeout(String detail) {
    return new Problem(408, "Request Timeout", detail);
  }

  static Problem tooLarge(String detail) {
    return new Problem(413, "Content Too Large", detail);
  }

  static Problem unsupported(String detail) {
    return new Problem(415, "Unsupported Media Type", detail);
  }

  static Problem unprocessable(String detail) {
    return new Problem(422, "Unprocessable Content", detail);
  }

  static Problem internal() {
    return new Problem(500, "Internal Server Error", "the server failed; its log says why");
  }

  static Problem unavailable(String detail) {
    return new Problem(503, "Service Unavailable", detail);
  }
}
