package io.github.flora.bench.measure;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.ImageSet;
import io.github.flora.data.PhotoOptions;
import io.github.flora.trainer.Predictions;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.util.Statistics;

/** The process: reads a {@link Job}, does it, and prints what comes of it. */
public final class Worker {

  /** Answers are compared on at least so many images, so that batches of one say something. */
  private static final int LEAST_COMPARED = 8;

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeSpecialFloatingPointValues()
          .disableHtmlEscaping()
          .create();

  // What libraries or an export print goes elsewhere or has no mark.
  private final PrintStream out;

  private Worker(PrintStream out) {
    this.out = out;
  }

  /**
   * Does a job and ends the process.
   *
   * @param args the file of the job
   */
  public static void main(String[] args) {
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Nobody else runs JMH here at the same time; the lock is a file of all users.
    System.setProperty("jmh.ignoreLock", "true");
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    Worker worker = new Worker(System.out);
    int status = 0;
    try {
      worker.work(read(Files.readString(Path.of(args[0]))));
    } catch (Throwable e) {
      e.printStackTrace();
      worker.say(Message.failed(null, reason(e)));
      status = 1;
    }
    System.exit(status);
  }

  /**
   * Writes a job as a process reads it.
   *
   * @param job the job
   * @return JSON
   */
  public static String write(Job job) {
    return GSON.toJson(job);
  }

  private static Job read(String json) {
    return GSON.fromJson(json, Job.class);
  }

  /**
   * Reads a line that a process printed.
   *
   * @param line the line
   * @return the message, or null if a library printed the line
   */
  public static @Nullable Message message(String line) {
    return line.startsWith(Message.MARK)
        ? GSON.fromJson(line.substring(Message.MARK.length()), Message.class)
        : null;
  }

  private void say(Message message) {
    out.println(Message.MARK + GSON.toJson(message));
    out.flush();
  }

  private static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String first =
        cause.getMessage() == null ? "" : cause.getMessage().lines().findFirst().orElse("");
    return e instanceof IOException || e instanceof IllegalArgumentException
        ? first
        : cause.getClass().getSimpleName() + ": " + first;
  }

  private void work(Job job) throws IOException {
    if (job.preparation() != null) {
      say(Message.of(new Preparer(job.preparation()).prepare()));
    } else {
      measure(Objects.requireNonNull(job.measurement()));
    }
  }

  private void measure(Job.Measuring job) throws IOException {
    try (Contestant contestant = apart(() -> Contestant.load(job))) {
      say(
          Message.of(
              new Message.Loaded(
                  contestant.version(),
                  contestant.device(),
                  System.currentTimeMillis()
                      - (double) ManagementFactory.getRuntimeMXBean().getStartTime())));
      for (int batch : job.batches()) {
        try {
          say(Message.of(measure(job, contestant, batch)));
        } catch (RuntimeException | OutOfMemoryError e) {
          e.printStackTrace();
          say(Message.failed(batch, reason(e)));
        }
      }
      if (job.data() != null) {
        double share = apart(() -> accuracy(job, contestant));
        say(Message.accuracy(share));
      }
    }
  }

  static Message.Measured measure(Job.Measuring job, Contestant contestant, int batch)
      throws IOException {
    float[] images = images(job, Math.max(batch, LEAST_COMPARED));
    int length = batch * job.model().size();
    try (Pass pass = contestant.prepare(Arrays.copyOf(images, length), batch)) {
      long start = System.nanoTime();
      float[] unused = apart(pass::run);
      double first = (System.nanoTime() - start) / 1e6;
      String file = job.answers();
      if (file != null && job.task() == Task.INFERENCE) {
        float[] logits = apart(() -> answers(contestant, images, batch, length));
        write(Path.of(Job.Measuring.file(file, batch)), logits);
      }
      Optional<Load> before = Load.now();
      Sampling sampling = new Sampling(pass, job.pace());
      Statistics times = sampling.run();
      return figures(batch, first, times, sampling.settled(), Load.others(before));
    }
  }

  /** Figures of passes whose times are in nanoseconds. */
  static Message.Measured figures(
      int batch, double first, Statistics times, boolean settled, OptionalDouble others) {
    OptionalDouble peak = Load.peakMegabytes();
    return new Message.Measured(
        batch,
        first,
        batch * 1e9 / times.getPercentile(50),
        times.getPercentile(50) / 1e6,
        times.getPercentile(90) / 1e6,
        times.getPercentile(99) / 1e6,
        times.getMax() / 1e6,
        times.getN(),
        settled,
        others.isPresent() ? others.getAsDouble() : null,
        peak.isPresent() ? peak.getAsDouble() : null);
  }

  /**
   * Computes in a thread that ends with it. OpenMP keeps threads for every thread that ever asked,
   * and waits in a slower way once there are more of them than cores.
   */
  private static <T> T apart(Callable<T> work) throws IOException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "flora-bench-apart");
    thread.start();
    try {
      T result = task.get();
      thread.join();
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failed) {
        throw failed;
      }
      if (cause instanceof RuntimeException failed) {
        throw failed;
      }
      if (cause instanceof Error failed) {
        throw failed;
      }
      throw new IllegalStateException(cause);
    }
  }

  /** The same images for every engine and batch size, from 0 to 1. */
  private static float[] images(Job.Measuring job, int count) {
    Random random = new Random(job.seed());
    float[] images = new float[count * job.model().size()];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  private static float[] answers(Contestant contestant, float[] images, int batch, int length) {
    float[] all = new float[0];
    for (int from = 0; from + length <= images.length; from += length) {
      float[] part = Arrays.copyOfRange(images, from, from + length);
      try (Pass pass = contestant.prepare(part, batch)) {
        float[] logits = pass.run();
        int end = all.length;
        all = Arrays.copyOf(all, end + logits.length);
        System.arraycopy(logits, 0, all, end, logits.length);
      }
    }
    return all;
  }

  private static void write(Path file, float[] numbers) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    Files.write(file, bytes.array());
  }

  private static double accuracy(Job.Measuring job, Contestant contestant) throws IOException {
    Job.Data data = Objects.requireNonNull(job.data());
    Path folder = data.folder() == null ? null : Path.of(data.folder());
    ImageSet images =
        ImageDatasets.load(new DataRequest(data.name(), folder, false, 0, photos(job.model())))
            .test();
    if (job.model().margin() > 0) {
      images = images.padded(job.model().margin());
    }
    int batch = job.batches().stream().max(Integer::compare).orElseThrow();
    int right = 0;
    for (int from = 0; from < images.size(); from += batch) {
      int count = Math.min(batch, images.size() - from);
      float[] numbers = normalized(images, from, count, job.model());
      try (Pass pass = contestant.prepare(numbers, count)) {
        Predictions answers = new Predictions(pass.run(), job.model().classes(), 0);
        for (int i = 0; i < count; i++) {
          if (answers.top1(i) == images.label(from + i)) {
            right++;
          }
        }
      }
    }
    return (double) right / images.size();
  }

  /** How photographs become what the model takes. */
  private static PhotoOptions photos(Prepared model) {
    PhotoOptions usual = PhotoOptions.DEFAULT;
    Integer resize = model.resize();
    return resize == null
        ? usual
        : new PhotoOptions(
            model.height(),
            (double) model.height() / resize,
            usual.strict(),
            usual.cacheMegabytes());
  }

  /** Pixels as the network takes them, in planes. */
  /** N×C×H×W as the network takes it. */
  static float[] normalized(ImageSet images, int from, int count, Prepared model) {
    int channels = images.channels();
    int area = images.height() * images.width();
    float[] numbers = new float[count * channels * area];
    for (int n = 0; n < count; n++) {
      byte[] pixels = images.pixels(from + n);
      for (int c = 0; c < channels; c++) {
        float mean = model.mean().get(c);
        float std = model.std().get(c);
        for (int i = 0; i < area; i++) {
          float value = (pixels[i * channels + c] & 0xff) / 255f;
          numbers[(n * channels + c) * area + i] = (value - mean) / std;
        }
      }
    }
    return numbers;
  }
}
