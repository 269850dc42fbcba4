package io.github.flora.server;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.models.NetworkOptions;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * A server around a model that needs no engine: of ten classes it names the one that the image's
 * mean brightness falls into.
 */
final class TestServer implements AutoCloseable {

  static final int SIDE = 16;
  static final ServerSettings SETTINGS = settings(Duration.ofSeconds(5));

  final ModelServer server;
  final HttpClient client = HttpClient.newHttpClient();
  final AtomicInteger batches = new AtomicInteger();
  final AtomicInteger entered = new AtomicInteger();

  /** Whether the model throws instead of answering, and tells of its inside. */
  final AtomicBoolean failing = new AtomicBoolean();

  TestServer(ServerSettings settings) {
    this(settings, new CountDownLatch(0));
  }

  /**
   * Starts.
   *
   * @param gate the model answers once it is open
   */
  TestServer(ServerSettings settings, CountDownLatch gate) {
    server = new ModelServer("brightness", "no engine", model(gate), settings);
  }

  /** A server whose model takes digits for what they are: it answers 0 to every one of them. */
  static TestServer digits() {
    return new TestServer(SETTINGS, digitModel());
  }

  private TestServer(ServerSettings settings, TrainedModel model) {
    server = new ModelServer("digits", "no engine", model, settings);
  }

  private static TrainedModel digitModel() {
    ModelInfo info =
        new ModelInfo(
            "ink",
            NetworkOptions.of(10),
            new ModelInfo.Input(1, 28, 28),
            0,
            null,
            Normalization.of(new float[] {0}, new float[] {1}),
            IntStream.range(0, 10).mapToObj(Integer::toString).toList());
    return new TrainedModel(
        info,
        new TrainedModel.Answers() {
          @Override
          public Predictions predict(ImageSet images, int batchSize) {
            return new Predictions(new float[images.size() * 10], 10, 0);
          }

          @Override
          public void close() {}
        });
  }

  static ServerSettings settings(Duration readTimeout) {
    return settings(readTimeout, 1 << 30);
  }

  static ServerSettings settings(Duration readTimeout, long memory) {
    return settings(readTimeout, memory, 8, 1);
  }

  static ServerSettings settings(Duration readTimeout, long memory, int maxBatch, int workers) {
    return settings(readTimeout, memory, maxBatch, workers, Duration.ofSeconds(5));
  }

  static ServerSettings settings(
      Duration readTimeout, long memory, int maxBatch, int workers, Duration drainTimeout) {
    ServerSettings d = ServerSettings.DEFAULT;
    return new ServerSettings(
        d.host(),
        0,
        maxBatch,
        d.maxDelay(),
        32,
        workers,
        100_000,
        1_000_000,
        4,
        memory,
        readTimeout,
        drainTimeout);
  }

  private TrainedModel model(CountDownLatch gate) {
    ModelInfo info =
        new ModelInfo(
            "brightness",
            NetworkOptions.of(10),
            new ModelInfo.Input(3, SIDE, SIDE),
            0,
            null,
            Normalization.of(new float[] {0, 0, 0}, new float[] {1, 1, 1}),
            IntStream.range(0, 10).mapToObj(i -> "level " + i).toList());
    return new TrainedModel(
        info,
        new TrainedModel.Answers() {
          @Override
          public Predictions predict(ImageSet images, int batchSize) {
            entered.incrementAndGet();
            try {
              gate.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            batches.incrementAndGet();
            if (failing.get()) {
              throw new IllegalStateException("a secret of the model");
            }
            float[] logits = new float[images.size() * 10];
            for (int i = 0; i < images.size(); i++) {
              int sum = 0;
              for (byte pixel : images.pixels(i)) {
                sum += pixel & 0xff;
              }
              logits[i * 10 + sum * 10 / (256 * SIDE * SIDE * 3)] = 5;
            }
            return new Predictions(logits, 10, 0);
          }

          @Override
          public void close() {}
        });
  }

  static byte[] picture(int brightness) {
    return encoded(brightness, SIDE, SIDE, "png");
  }

  static byte[] encoded(int brightness, int width, int height, String format) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, brightness * 0x010101);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalStateException(format);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpRequest post(String path, byte[] body, String type) {
    return HttpRequest.newBuilder(uri(path))
        .header("Content-Type", type)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  HttpResponse<String> predict(byte[] image) throws IOException, InterruptedException {
    return send(post("/predict", image, "image/png"));
  }

  static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  static byte[] multipart(String boundary, List<byte[]> files) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < files.size(); i++) {
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%d.png\"\r\n\r\n"
              .formatted(boundary, i);
      body.writeBytes(head.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      body.writeBytes(files.get(i));
      body.writeBytes(new byte[] {'\r', '\n'});
    }
    body.writeBytes(
        ("--" + boundary + "--\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  @Override
  public void close() {
    server.close();
  }
}
