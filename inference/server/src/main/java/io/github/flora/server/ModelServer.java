package io.github.flora.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.flora.data.ImageSet;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.PreparedImage;
import io.github.flora.trainer.run.TrainedModel;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model over HTTP, from its start to the end of its drain. */
final class ModelServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
  private static final Duration QUIET = Duration.ofMillis(500);
  private static final String PREDICT = "/predict";

  private final ServerSettings settings;
  private final ServerMetrics metrics;
  private final Batcher batcher;
  private final SlowClients slowClients;
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Uploads uploads;
  private final Javalin javalin;

  /**
   * Starts.
   *
   * @param name what to call the model
   * @param engine the engine that runs it, for people
   * @param model the model; stays the caller's, who closes it after this
   * @param settings how to serve
   * @throws io.javalin.util.JavalinBindException if the port is taken
   */
  ModelServer(String name, String engine, TrainedModel model, ServerSettings settings) {
    this.settings = settings;
    ModelInfo info = model.info();
    metrics = new ServerMetrics(info.labels());
    batcher = new Batcher(images -> predict(model, images), settings, metrics);
    slowClients = new SlowClients(settings.readTimeout());
    PredictHandler predict =
        new PredictHandler(
            new Decoder(info, settings.maxPixels(), new Budget(settings.pixelsAtOnce())),
            batcher,
            new Answers(info.labels()),
            metrics,
            settings.maxParts(),
            draining);
    uploads = new Uploads(PREDICT, settings, metrics, slowClients, predict, draining);
    String about = about(name, engine, info, settings);
    javalin =
        Javalin.create(
            config -> {
              configure(config);
              // Never asked, Uploads is in front; but Javalin knows what methods there are.
              config.routes.post(PREDICT, ctx -> ctx.status(500));
              config.routes.get("/model", ctx -> json(ctx, about));
              config.routes.get("/health/live", ctx -> json(ctx, "{\"status\":\"live\"}"));
              config.routes.get("/health/ready", this::ready);
              config.routes.get("/metrics", this::metrics);
              Page.add(config.routes);
            });
    try {
      javalin.start();
    } catch (RuntimeException | Error e) {
      batcher.close();
      metrics.close();
      throw e;
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    // Nothing on these threads waits for anything but the processor.
    QueuedThreadPool threads =
        new QueuedThreadPool(Math.max(16, 4 * Runtime.getRuntime().availableProcessors()), 4);
    threads.setName("flora-http");
    threads.setDaemon(true);
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(this::configure);
    config.jetty.modifyHttpConfiguration(ModelServer::configure);
    config.jetty.addConnector(this::connector);
    config.http.prefer405over404 = true;
    config.router.ignoreTrailingSlashes = false;
    config.routes.exception(
        ProblemException.class, (e, context) -> Problems.answer(context, e.problem()));
    config.routes.exception(
        io.javalin.http.HttpResponseException.class, (e, context) -> Problems.answer(context, e));
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("{} {} failed", context.method(), context.path(), e);
          Problems.answer(context, Problem.internal());
        });
  }

  private void configure(Server server) {
    server.insertHandler(uploads);
    server.setErrorHandler(new Problems());
  }

  private Connector connector(Server server, HttpConfiguration http) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.addBean(slowClients);
    return connector;
  }

  private static void configure(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setOutputBufferSize(8192);
    // Jetty would remember the headers of each connection, in 100 KB, to save a few objects.
    http.setHeaderCacheSize(0);
  }

  /** Batches for the model. */
  private static List<double[]> predict(TrainedModel model, List<byte[]> images) {
    ModelInfo.Input input = model.info().input();
    int size = input.channels() * input.height() * input.width();
    byte[] pixels = new byte[images.size() * size];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(images.get(i), 0, pixels, i * size, size);
    }
    Predictions predictions =
        model.predict(
            ImageSet.of(
                pixels, new int[images.size()], input.height(), input.width(), input.channels()),
            images.size());
    List<double[]> result = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      result.add(predictions.probabilities(i));
    }
    return result;
  }

  private static String about(String name, String engine, ModelInfo info, ServerSettings settings) {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("engine", engine);
    JsonObject input = new JsonObject();
    input.addProperty("channels", info.input().channels());
    input.addProperty("height", info.input().height());
    input.addProperty("width", info.input().width());
    json.add("input", input);
    json.addProperty("digits", PreparedImage.digits(info));
    JsonArray labels = new JsonArray();
    info.labels().forEach(labels::add);
    json.add("labels", labels);
    json.addProperty("max_body", settings.maxBody());
    json.addProperty("max_pixels", settings.maxPixels());
    json.addProperty("max_parts", settings.maxParts());
    return json.toString();
  }

  private static void json(Context context, String json) {
    // Javalin would encode a string as it guesses from the type.
    context.contentType("application/json").result(json.getBytes(UTF_8));
  }

  private void ready(Context context) {
    if (draining.get()) {
      throw new ProblemException(Problem.unavailable("the server is about to end"));
    }
    json(context, "{\"status\":\"ready\"}");
  }

  private void metrics(Context context) {
    context
        .contentType("text/plain; version=0.0.4; charset=utf-8")
        .result(metrics.scrape().getBytes(UTF_8));
  }

  /** Returns the port that it listens on. */
  int port() {
    return javalin.port();
  }

  /** Says that it is about to end, answers what is under way and what still comes, then ends. */
  @Override
  public void close() {
    draining.set(true);
    Server server = javalin.jettyServer().server();
    ServerConnector connector = (ServerConnector) server.getConnectors()[0];
    connector.close();
    long deadline = System.nanoTime() + settings.drainTimeout().toNanos();
    awaitQuiet(connector, deadline);
    javalin.stop();
    batcher.close();
    metrics.close();
  }

  /** Waits for the last answer, and a moment for clients to hang up or ask once more. */
  private void awaitQuiet(ServerConnector connector, long deadline) {
    long quiet = System.nanoTime();
    try {
      while (System.nanoTime() < deadline
          && !connector.getConnectedEndPoints().isEmpty()
          && System.nanoTime() - quiet < QUIET.toNanos()) {
        if (uploads.underWay() > 0) {
          quiet = System.nanoTime();
        }
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
