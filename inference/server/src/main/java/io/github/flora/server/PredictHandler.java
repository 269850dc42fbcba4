package io.github.flora.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /predict}: one image as the body, or several as multipart. */
final class PredictHandler implements Handler {

  private static final Logger LOG = LoggerFactory.getLogger(PredictHandler.class);
  private static final String MULTIPART = "multipart/form-data";

  /** What else a body may be called; curl's {@code --data-binary} says that it is a form. */
  private static final Set<String> RAW =
      Set.of("application/octet-stream", "application/x-www-form-urlencoded");

  private static final int DEFAULT_TOP = 5;
  private static final int LARGEST_TOP = 1000;

  private final Decoder decoder;
  private final Batcher batcher;
  private final Answers answers;
  private final ServerMetrics metrics;
  private final int maxParts;
  private final BooleanSupplier draining;

  PredictHandler(
      Decoder decoder,
      Batcher batcher,
      Answers answers,
      ServerMetrics metrics,
      int maxParts,
      BooleanSupplier draining) {
    this.decoder = decoder;
    this.batcher = batcher;
    this.answers = answers;
    this.metrics = metrics;
    this.maxParts = maxParts;
    this.draining = draining;
  }

  @Override
  public void handle(Context context) {
    long start = System.nanoTime();
    int top = top(context);
    byte[] body = context.attribute(Uploads.BODY);
    if (body == null) {
      throw new IllegalStateException("Uploads isn't in front");
    }
    String type = context.header("Content-Type");
    boolean several = type != null && mediaType(type).equals(MULTIPART);
    List<Multipart.Part> parts =
        several
            ? Multipart.parse(body, String.valueOf(type), maxParts)
            : List.of(new Multipart.Part("the body", raw(body, type)));
    if (!batcher.reserve(parts.size())) {
      throw new ProblemException(
          Problem.unavailable("more images than the server can take; try again in a second"));
    }
    CompletableFuture<?> done;
    List<Decoder.Pixels> images = new ArrayList<>(parts.size());
    List<CompletableFuture<double[]>> probabilities = new ArrayList<>(parts.size());
    try {
      for (Multipart.Part part : parts) {
        images.add(decode(part));
      }
      for (Decoder.Pixels image : images) {
        probabilities.add(batcher.submit(image.bytes()));
      }
      done = CompletableFuture.allOf(probabilities.toArray(new CompletableFuture<?>[0]));
    } catch (RuntimeException | Error e) {
      batcher.release(parts.size());
      throw e;
    }
    context.future(
        () ->
            done.handle(
                (nothing, error) -> {
                  batcher.release(parts.size());
                  finish(context, several, parts, images, probabilities, top, start, error);
                  return null;
                }));
  }

  private void finish(
      Context context,
      boolean several,
      List<Multipart.Part> parts,
      List<Decoder.Pixels> images,
      List<CompletableFuture<double[]>> probabilities,
      int top,
      long start,
      @Nullable Throwable error) {
    if (error != null) {
      LOG.error(
          "The model failed", error instanceof CompletionException ? error.getCause() : error);
      write(context, 500, Problem.CONTENT_TYPE, Problem.internal().json());
      return;
    }
    List<Answers.Answer> all = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      Answers.Answer answer =
          answers.of(probabilities.get(i).join(), top, images.get(i).inverted());
      metrics.predicted(answer.index());
      all.add(answer);
    }
    double milliseconds = (System.nanoTime() - start) / 1e6;
    write(
        context,
        200,
        "application/json",
        several
            ? answers.json(parts.stream().map(Multipart.Part::name).toList(), all, milliseconds)
            : answers.json(all.get(0), milliseconds));
  }

  private Decoder.Pixels decode(Multipart.Part part) {
    long start = System.nanoTime();
    Decoder.Pixels pixels = decoder.decode(part.content(), part.name());
    metrics.decoded(System.nanoTime() - start);
    return pixels;
  }

  private static byte[] raw(byte[] body, @Nullable String type) {
    if (body.length == 0) {
      throw new ProblemException(Problem.badRequest("the body is empty; send an image"));
    }
    String media = type == null ? "application/octet-stream" : mediaType(type);
    if (!media.startsWith("image/") && !RAW.contains(media)) {
      throw new ProblemException(
          Problem.unsupported(
              "Content-Type is %s; send an image as image/… or application/octet-stream,"
                      .formatted(media)
                  + " or several as "
                  + MULTIPART));
    }
    return body;
  }

  private static String mediaType(String contentType) {
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private static int top(Context context) {
    if (context.queryString() == null) {
      return DEFAULT_TOP;
    }
    for (String name : context.queryParamMap().keySet()) {
      if (!name.equals("top_k")) {
        throw new ProblemException(
            Problem.badRequest("no parameter is called %s; there is top_k".formatted(name)));
      }
    }
    List<String> values = context.queryParams("top_k");
    String value = values.isEmpty() ? "" : values.get(0);
    if (values.size() != 1 || !value.matches("[0-9]{1,4}")) {
      throw badTop(values);
    }
    int top = Integer.parseInt(value);
    if (top < 1 || top > LARGEST_TOP) {
      throw badTop(values);
    }
    return top;
  }

  private static ProblemException badTop(List<String> values) {
    return new ProblemException(
        Problem.badRequest(
            "top_k is %s but has to be one number from 1 to %d"
                .formatted(String.join(", ", values), LARGEST_TOP)));
  }

  private void write(Context context, int status, String type, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    var response = context.res();
    response.setStatus(status);
    response.setContentType(type);
    response.setContentLength(bytes.length);
    if (draining.getAsBoolean()) {
      response.setHeader("Connection", "close");
    }
    try {
      response.getOutputStream().write(bytes);
    } catch (IOException e) {
      LOG.debug("The client went away", e);
    }
  }
}
