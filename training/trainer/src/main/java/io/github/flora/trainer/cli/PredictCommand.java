package io.github.flora.trainer.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.flora.data.DataException;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageFiles;
import io.github.flora.data.ImageSet;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.explain.HeatMap;
import io.github.flora.trainer.report.Gallery;
import io.github.flora.trainer.report.Tile;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.PreparedImage;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora predict}: asks a trained model about images. */
@Command(
    name = "predict",
    description = "Ask a trained model about image files, folders of them, or its test images.",
    sortOptions = false)
public final class PredictCommand implements FloraCommand {

  @Spec private @Nullable CommandSpec spec;
  @Mixin private RunOptions runOptions = new RunOptions();

  @Parameters(
      index = "1..*",
      paramLabel = "IMAGE",
      description = "Image files of any size, or folders of them.")
  private List<Path> files = new ArrayList<>();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(
      names = "--test",
      paramLabel = "N",
      split = ",",
      description = "Images of the test set instead, counted from 0, such as 0,100.")
  private int[] test = {};

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "3",
      description = "How many classes to name (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Picture to write (default: predictions.png in the run folder).")
  private @Nullable Path output;

  @Option(
      names = "--explain",
      description = {
        "Draw where in each image the first answer comes from, beside the picture: with Grad-CAM"
            + " through the gradients at the last convolution; by occlusion (covering parts of the"
            + " image, which takes longer) for a model without gradients, such as an ONNX file, or"
            + " without convolutions."
      })
  private boolean explain;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--csv", description = "Print CSV: a row per image and class.")
  private boolean csv;

  /**
   * An image to ask about.
   *
   * @param name what to call it
   * @param image the one image, as the model takes it but for its margin
   * @param truth its label, or -1 where nobody knows
   * @param inverted whether it was dark on light
   */
  private record Sample(String name, ImageSet image, int truth, boolean inverted) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (top < 1) {
      throw new UsageException("--top is %d but has to be at least 1".formatted(top), null);
    }
    if ((test.length == 0) == files.isEmpty()) {
      throw new UsageException("name image files, or test images with --test; one of both", null);
    }
    if (json && csv) {
      throw new UsageException("--json and --csv exclude each other", null);
    }
    try (Subject subject = runOptions.subject(engineOptions)) {
      List<Sample> tests = test.length == 0 ? List.of() : tests(subject, err);
      EngineOptions.Chosen computing = engineOptions.load();
      try (TrainedModel model = subject.load(computing)) {
        int unreadable = 0;
        List<Sample> samples = new ArrayList<>(tests);
        for (Path file : files) {
          unreadable += read(file, model.info(), samples, err);
        }
        List<String> labels = model.info().labels();
        JsonArray array = new JsonArray();
        List<Tile> tiles = new ArrayList<>();
        List<Tile> explained = new ArrayList<>();
        Path picture = output == null ? subject.picture() : output;
        // One by one, so that the time of each is its own.
        for (Sample sample : samples) {
          ImageSet image = RunOptions.fit(sample.image(), model.info());
          Predictions predictions = model.predict(image, 1);
          Tile tile = tile(predictions, 0, sample.image(), 0, sample.truth(), labels);
          tiles.add(tile);
          JsonObject entry = json(sample, predictions, labels);
          if (explain) {
            HeatMap map = model.explain(image, predictions.top1(0)).inner(model.info().margin());
            explained.add(tile);
            explained.add(tile(map, tile, labels.get(predictions.top1(0))));
            entry.add("explanation", explanation(map, explained(picture)));
          }
          array.add(entry);
        }
        if (!samples.isEmpty()) {
          print(out, subject, computing, array);
          String title = subject.recipe() + " on " + computing.describe();
          Gallery.write(picture, title, tiles);
          if (explain) {
            Gallery.writePairs(explained(picture), title, explained);
          }
          if (!json && !csv) {
            out.printf("wrote %s%n", picture);
            if (explain) {
              out.printf("wrote %s (%s)%n", explained(picture), method(array));
            }
          }
          out.flush();
        }
        return unreadable == 0 ? 0 : 1;
      }
    }
  }

  /** The file of the heat maps, beside that of the answers. */
  private static Path explained(Path picture) {
    String name = String.valueOf(picture.getFileName()).replaceFirst("(?i)\\.png$", "");
    return picture.resolveSibling(name + ".explained.png");
  }

  private static Tile tile(HeatMap map, Tile image, String answer) {
    return new Tile(
        map.over(image.pixels(), image.channels()),
        map.height(),
        map.width(),
        3,
        "why %s\n%s".formatted(answer, map.method()),
        false);
  }

  private static JsonObject explanation(HeatMap map, Path file) {
    JsonObject explanation = new JsonObject();
    explanation.addProperty("method", map.method());
    if (map.reason() != null) {
      explanation.addProperty("reason", map.reason());
    }
    explanation.addProperty("file", file.toString());
    return explanation;
  }

  /** How the heat maps came about; one way for all images, since one model made them. */
  private static String method(JsonArray images) {
    JsonObject first = images.get(0).getAsJsonObject().getAsJsonObject("explanation");
    String method = first.get("method").getAsString();
    return first.has("reason") ? method + ": " + first.get("reason").getAsString() : method;
  }

  /** Reads a file or folder. One bad file among many is told, counted and left out. */
  private static int read(
      Path fileOrFolder, ModelInfo model, List<Sample> samples, PrintWriter err) {
    int unreadable = 0;
    List<Path> found = List.of();
    try {
      found = ImageFiles.list(fileOrFolder);
    } catch (DataException e) {
      unreadable += tell(e, err);
    }
    for (Path file : found) {
      try {
        samples.add(sample(file, model));
      } catch (DataException e) {
        unreadable += tell(e, err);
      }
    }
    return unreadable;
  }

  private static int tell(DataException e, PrintWriter err) {
    err.println("flora: " + e.getMessage());
    err.flush();
    return 1;
  }

  private List<Sample> tests(Subject subject, PrintWriter err) throws IOException {
    ImageDataset dataset = subject.dataset(err);
    List<Sample> samples = new ArrayList<>();
    for (int index : test) {
      if (index < 0 || index >= dataset.test().size()) {
        throw new UsageException(
            "--test %d: %s has test images 0 to %d"
                .formatted(index, dataset.name(), dataset.test().size() - 1),
            null);
      }
      samples.add(
          new Sample(
              dataset.name() + " test " + index,
              dataset.test().select(new int[] {index}),
              dataset.test().label(index),
              false));
    }
    return samples;
  }

  private static Sample sample(Path file, ModelInfo model) throws DataException {
    String name = file.toString();
    PreparedImage prepared =
        PreparedImage.of(ImageFiles.read(file, model.input().channels()), name, model);
    return new Sample(name, prepared.image(), -1, prepared.inverted());
  }

  private void print(
      PrintWriter out, Subject subject, EngineOptions.Chosen computing, JsonArray array) {
    if (json) {
      out.println(
          new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(array));
    } else if (csv) {
      out.println("file,rank,label,probability");
      for (JsonElement element : array) {
        csv(out, element.getAsJsonObject());
      }
    } else {
      out.printf("%s on %s%n", subject.recipe(), computing.describe());
      array.forEach(e -> out.println(text(e.getAsJsonObject())));
    }
  }

  private static void csv(PrintWriter out, JsonObject image) {
    int rank = 1;
    for (JsonElement element : image.getAsJsonArray("predictions")) {
      JsonObject entry = element.getAsJsonObject();
      out.printf(
          "%s,%d,%s,%s%n",
          quoted(image.get("file").getAsString()),
          rank++,
          quoted(entry.get("label").getAsString()),
          entry.get("probability").getAsDouble());
    }
  }

  /** RFC 4180: quoted where it has to be. */
  private static String quoted(String text) {
    return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private JsonObject json(Sample sample, Predictions predictions, List<String> labels) {
    double[] probabilities = predictions.probabilities(0);
    JsonArray best = new JsonArray();
    IntStream.range(0, probabilities.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -probabilities[c]))
        .limit(top)
        .forEach(
            c -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("label", labels.get(c));
              entry.addProperty("probability", probabilities[c]);
              best.add(entry);
            });
    JsonObject result = new JsonObject();
    result.addProperty("file", sample.name());
    if (sample.truth() >= 0) {
      result.addProperty("truth", labels.get(sample.truth()));
    }
    if (sample.inverted()) {
      result.addProperty("inverted", true);
    }
    result.add("predictions", best);
    result.addProperty("milliseconds", predictions.seconds() * 1000);
    return result;
  }

  private static String text(JsonObject image) {
    StringBuilder line = new StringBuilder(image.get("file").getAsString()).append(": ");
    String separator = "";
    JsonArray predictions = image.getAsJsonArray("predictions");
    for (JsonElement element : predictions) {
      JsonObject entry = element.getAsJsonObject();
      line.append(separator)
          .append(entry.get("label").getAsString())
          .append(' ')
          .append(ProgressBar.percent(entry.get("probability").getAsDouble()));
      separator = ", ";
    }
    if (image.has("truth")) {
      String truth = image.get("truth").getAsString();
      boolean right = predictions.get(0).getAsJsonObject().get("label").getAsString().equals(truth);
      line.append(right ? "  (right)" : "  (wrong: it is " + truth + ")");
    }
    if (image.has("inverted")) {
      line.append("  (dark on light, so inverted)");
    }
    return line.toString();
  }

  /** One image of a gallery: the truth if it is known, and what the model says of it. */
  static Tile tile(
      Predictions predictions,
      int row,
      ImageSet images,
      int index,
      int truth,
      List<String> labels) {
    int predicted = predictions.top1(row);
    // No-break space: a caption isn't broken between number and sign.
    String answer =
        "%s (%.0f\u00a0%%)"
            .formatted(labels.get(predicted), 100 * predictions.probabilities(row)[predicted]);
    return new Tile(
        images.pixels(index),
        images.height(),
        images.width(),
        images.channels(),
        truth < 0 ? answer : "true %s → %s".formatted(labels.get(truth), answer),
        truth >= 0 && predicted != truth);
  }
}
