package io.github.flora.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /predict}: one image as the body, or several as multipart. Below Javalin and
 * servlets, which would cost as much as the rest.
 */
final class PredictHandler {

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
  private final AtomicBoolean draining;

  /**
   * Makes a handler.
   *
   * @param decoder from files to pixels
   * @param batcher from pixels to probabilities
   * @param answers from probabilities to what is said
   * @param metrics told of every step
   * @param maxParts images of one request
   * @param draining whether answers are the last of their connections
   */
  PredictHandler(
      Decoder decoder,
      Batcher batcher,
      Answers answers,
      ServerMetrics metrics,
      int maxParts,
      AtomicBoolean draining) {
    this.decoder = decoder;
    this.batcher = batcher;
    this.answers = answers;
    this.metrics = metrics;
    this.maxParts = maxParts;
    this.draining = draining;
  }

  /**
   * Answers a request.
   *
   * @param request the request
   * @param body its whole body
   * @param response where the answer goes
   * @param callback told when it is there
   */
  void handle(Request request, byte[] body, Response response, Callback callback) {
    try {
      predict(request, body, response, callback);
    } catch (ProblemException e) {
      Problems.answer(response, callback, e.problem());
    } catch (RuntimeException e) {
      LOG.error("A prediction failed", e);
      Problems.answer(response, callback, Problem.internal());
    }
  }

  private void predict(Request request, byte[] body, Response response, Callback callback) {
    long start = System.nanoTime();
    int top = top(request);
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
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
    CompletableFuture<?> unused =
        done.handle(
            (nothing, error) -> {
              batcher.release(parts.size());
              if (draining.get()) {
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
              }
              try {
                String json = json(several, parts, images, probabilities, top, start);
                Problems.write(response, callback, 200, "application/json", json);
              } catch (RuntimeException e) {
                LOG.error("The model failed", error == null ? e : error);
                Problems.answer(response, callback, Problem.internal());
              }
              return null;
            });
  }

  /** The answer, once all is computed. */
  private String json(
      boolean several,
      List<Multipart.Part> parts,
      List<Decoder.Pixels> images,
      List<CompletableFuture<double[]>> probabilities,
      int top,
      long start) {
    List<Answers.Answer> all = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      all.add(answers.of(probabilities.get(i).join(), top, images.get(i).inverted()));
    }
    all.forEach(answer -> metrics.predicted(answer.index()));
    double milliseconds = (System.nanoTime() - start) / 1e6;
    return several
        ? answers.json(parts.stream().map(Multipart.Part::name).toList(), all, milliseconds)
        : answers.json(all.get(0), milliseconds);
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

  private static int top(Request request) {
    if (request.getHttpURI().getQuery() == null) {
      return DEFAULT_TOP;
    }
    Fields query;
    try {
      query = Request.extractQueryParameters(request);
    } catch (RuntimeException e) {
      // Of several kinds, for escapes that aren't UTF-8 or no escapes.
      throw new ProblemException(Problem.badRequest("what follows the ? isn't valid"));
    }
    for (String name : query.getNames()) {
      if (!name.equals("top_k")) {
        throw new ProblemException(
            Problem.badRequest("no parameter is called %s; there is top_k".formatted(name)));
      }
    }
    List<String> values = query.getValuesOrEmpty("top_k");
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
}
