package io.github.flora.trainer.cli;

import com.google.gson.JsonObject;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.engine.Engines;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.report.ClassificationReport;
import io.github.flora.trainer.report.ConfusionMatrix;
import io.github.flora.trainer.report.ConfusionMatrixPicture;
import io.github.flora.trainer.report.Gallery;
import io.github.flora.trainer.report.Tile;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flora evaluate}: measures a trained model on the test images. */
@Command(
    name = "evaluate",
    description = "Measure a trained model on its data set's test images.",
    sortOptions = false)
public final class EvaluateCommand implements FloraCommand {

  private static final int MISTAKES = 40;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private RunOptions runOptions = new RunOptions();
  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Subject subject = runOptions.subject(engineOptions)) {
      ImageDataset dataset = subject.dataset(spec.commandLine().getErr());
      EngineOptions.Chosen computing = engineOptions.load();
      try (TrainedModel model = subject.load(computing)) {
        ImageSet images = RunOptions.fit(dataset.test(), model.info());
        int batchSize = subject.batchSize();
        // Once to warm up, on a part: the first batches pay for threads and memory.
        Predictions unused =
            model.predict(
                images.select(IntStream.range(0, Math.min(images.size(), 5 * batchSize)).toArray()),
                batchSize);
        Predictions predictions = model.predict(images, batchSize);
        ConfusionMatrix matrix = new ConfusionMatrix(model.info().labels());
        ClassificationReport report = report(predictions, images, matrix);
        JsonObject context = context(subject, computing, dataset);

        report.write(subject.evaluation("report.json"), context);
        String title = subject.recipe() + " on " + dataset.name() + " test images";
        ConfusionMatrixPicture.write(subject.evaluation("confusion-matrix.png"), matrix, title);
        Gallery.write(
            subject.evaluation("mistakes.png"),
            "The worst mistakes of " + title,
            mistakes(predictions, dataset.test(), model.info()));
        if (json) {
          out.println(report.toJson(context));
        } else {
          out.printf(
              "%s, trained on %s, evaluated on %s%n",
              subject.recipe(), subject.trainedOn(), computing.describe());
          out.printf(
              Locale.ROOT,
              "%s, %s: %,d test images%n%n",
              dataset.name(),
              dataset.source().id(),
              images.size());
          out.print(report.toText());
          out.printf(
              "%nwrote report.json, confusion-matrix.png and mistakes.png into %s%n",
              subject.evaluation("report.json").getParent());
        }
        out.flush();
      }
    }
    return 0;
  }

  private static ClassificationReport report(
      Predictions predictions, ImageSet images, ConfusionMatrix matrix) {
    double loss = 0;
    int top5 = 0;
    for (int i = 0; i < images.size(); i++) {
      int label = images.label(i);
      matrix.add(label, predictions.top1(i));
      loss += predictions.loss(i, label);
      if (predictions.rank(i, label) < 5) {
        top5++;
      }
    }
    int n = images.size();
    return ClassificationReport.of(matrix, loss / n, (double) top5 / n, n / predictions.seconds());
  }

  private static JsonObject context(
      Subject subject, EngineOptions.Chosen computing, ImageDataset dataset) {
    JsonObject engine = new JsonObject();
    engine.addProperty("name", computing.name());
    engine.addProperty("version", computing.version());
    engine.addProperty("device", Engines.describe(computing.device()));
    engine.addProperty("threads", computing.threads());
    JsonObject data = new JsonObject();
    data.addProperty("name", dataset.name());
    data.addProperty("source", dataset.source().id());
    data.addProperty("test", dataset.test().size());
    JsonObject context = new JsonObject();
    context.addProperty("recipe", subject.recipe());
    context.add("engine", engine);
    context.add("data", data);
    return context;
  }

  /**
   * The images that the model was most wrong about: the smallest probability of the truth first.
   */
  private static List<Tile> mistakes(Predictions predictions, ImageSet images, ModelInfo model) {
    return IntStream.range(0, images.size())
        .filter(i -> predictions.top1(i) != images.label(i))
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> predictions.loss(i, images.label(i)))
                .reversed())
        .limit(MISTAKES)
        .map(i -> PredictCommand.tile(predictions, i, images, i, images.label(i), model.labels()))
        .toList();
  }
}
