package io.github.flora.trainer.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.report.Gallery;
import io.github.flora.trainer.report.Tile;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
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
import picocli.CommandLine.Spec;

/** {@code flora predict}: asks a trained model about images. */
@Command(
    name = "predict",
    description = "Ask a trained model about images of the test set.",
    sortOptions = false)
public final class PredictCommand implements FloraCommand {

  @Spec private @Nullable CommandSpec spec;
  @Mixin private RunOptions runOptions = new RunOptions();
  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(
      names = "--test",
      paramLabel = "N",
      split = ",",
      required = true,
      description = "Images of the test set, counted from 0, such as 0,100.")
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

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (top < 1) {
      throw new UsageException("--top is %d but has to be at least 1".formatted(top), null);
    }
    String engine = engineOptions.name();
    try (RunFolder folder = runOptions.folder()) {
      RunInfo info = folder.info();
      ImageDataset dataset = runOptions.dataset(info);
      for (int index : test) {
        if (index < 0 || index >= dataset.test().size()) {
          throw new UsageException(
              "--test %d: %s has test images 0 to %d"
                  .formatted(index, dataset.name(), dataset.test().size() - 1),
              null);
        }
      }
      EngineOptions.Chosen computing = engineOptions.load();
      try (TrainedModel model = TrainedModel.load(folder, engine, computing.device())) {
        ImageSet images = dataset.test().select(test);
        List<String> labels = model.info().labels();
        // One by one, so that the time of each is its own.
        JsonArray array = new JsonArray();
        List<Tile> tiles = new ArrayList<>();
        for (int i = 0; i < test.length; i++) {
          ImageSet one = images.select(new int[] {i});
          Predictions predictions = model.predict(RunOptions.fit(one, model.info()), 1);
          tiles.add(tile(predictions, 0, one, 0, labels));
          array.add(json(dataset.name() + " test " + test[i], predictions, one, labels));
        }
        Path picture = output == null ? folder.root().resolve("predictions.png") : output;
        Gallery.write(picture, info.recipe() + " on " + computing.describe(), tiles);
        if (json) {
          out.println(
              new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(array));
        } else {
          out.printf("%s on %s%n", info.recipe(), computing.describe());
          array.forEach(e -> out.println(text(e.getAsJsonObject())));
          out.printf("wrote %s%n", picture);
        }
        out.flush();
      }
    }
    return 0;
  }

  private JsonObject json(
      String name, Predictions predictions, ImageSet image, List<String> labels) {
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
    result.addProperty("file", name);
    result.addProperty("truth", labels.get(image.label(0)));
    result.add("predictions", best);
    result.addProperty("milliseconds", predictions.seconds() * 1000);
    return result;
  }

  private static String text(JsonObject image) {
    StringBuilder line = new StringBuilder(image.get("file").getAsString());
    line.append(": ");
    String separator = "";
    for (var element : image.getAsJsonArray("predictions")) {
      JsonObject entry = element.getAsJsonObject();
      line.append(separator)
          .append(entry.get("label").getAsString())
          .append(' ')
          .append(ProgressBar.percent(entry.get("probability").getAsDouble()));
      separator = ", ";
    }
    String truth = image.get("truth").getAsString();
    String best =
        image.getAsJsonArray("predictions").get(0).getAsJsonObject().get("label").getAsString();
    return line.append(truth.equals(best) ? "  (right)" : "  (wrong: it is " + truth + ")")
        .toString();
  }

  /** One image of a gallery: the truth, and what the model says of it. */
  static Tile tile(
      Predictions predictions, int row, ImageSet images, int index, List<String> labels) {
    int predicted = predictions.top1(row);
    int truth = images.label(index);
    return new Tile(
        images.pixels(index),
        images.height(),
        images.width(),
        images.channels(),
        "true %s → %s (%.0f %%)"
            .formatted(
                labels.get(truth),
                labels.get(predicted),
                100 * predictions.probabilities(row)[predicted]),
        predicted != truth);
  }
}
