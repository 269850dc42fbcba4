package io.github.flora.server;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Sends problem documents, also in place of Jetty's pages for what isn't even HTTP. */
final class Problems extends ErrorHandler {

  private static final String RETRY_AFTER_SECONDS = "1";

  /** Answers with a problem. */
  static void answer(Context context, Problem problem) {
    if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE_503) {
      context.header("Retry-After", RETRY_AFTER_SECONDS);
    }
    context.status(problem.status()).contentType(Problem.CONTENT_TYPE).result(bytes(problem));
  }

  /** Answers with a problem, below Javalin. */
  static void answer(Response response, Callback callback, Problem problem) {
    if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE_503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    write(response, callback, problem.status(), Problem.CONTENT_TYPE, problem.json());
  }

  /** Answers, below Javalin. */
  static void write(Response response, Callback callback, int status, String type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    response.write(true, ByteBuffer.wrap(bytes), callback);
  }

  /** Answers with what Javalin found. */
  static void answer(Context context, HttpResponseException e) {
    for (String key : List.of("availableMethods", "Available methods")) {
      String methods = e.getDetails().get(key);
      if (methods != null) {
        context.header("Allow", methods);
      }
    }
    answer(context, of(e));
  }

  /** What Javalin found. */
  private static Problem of(HttpResponseException e) {
    return switch (e.getStatus()) {
      case HttpStatus.NOT_FOUND_404 ->
          new Problem(404, "Not Found", "there is nothing here; /openapi.json says what there is");
      case HttpStatus.METHOD_NOT_ALLOWED_405 ->
          new Problem(405, "Method Not Allowed", "this path takes another method; see Allow");
      default -> new Problem(e.getStatus(), HttpStatus.getMessage(e.getStatus()), "");
    };
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
    Problem problem =
        new Problem(
            code,
            HttpStatus.getMessage(code),
            code < 500 ? "the request isn't valid HTTP or above a limit" : "the server failed");
    response.write(true, ByteBuffer.wrap(bytes(problem)), callback);
  }

  private static byte[] bytes(Problem problem) {
    return problem.json().getBytes(StandardCharsets.UTF_8);
  }
}
