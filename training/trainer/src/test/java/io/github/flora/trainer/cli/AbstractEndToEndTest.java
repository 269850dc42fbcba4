package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.report.HistoryCsv;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** From 600 drawn digits in MNIST's files to a trained model that answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractEndToEndTest {

  private final String engine;
  private Path temp = Path.of(".");
  private Path data = temp;
  private Path run = temp;
  private Cli training = new Cli(1, "", "not run yet");

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractEndToEndTest(String engine) {
    this.engine = engine;
  }

  /** Runs the program on the engine. */
  private Cli flora(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--engine", engine));
    return Cli.run(all.toArray(String[]::new));
  }

  @BeforeAll
  void train(@TempDir Path shared) throws IOException {
    temp = shared;
    data = SmallData.write(temp.resolve("data"), 600, 200);
    run = temp.resolve("run");
    training =
        flora(
            "train",
            "mnist-mlp",
            "--data",
            data.toString(),
            "--output",
            run.toString(),
            "--epochs",
            "2",
            "--batch-size",
            "32",
            "--threads",
            "2",
            "--seed",
            "3");
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static void matches(String pattern, String text) {
    assertTrue(text.lines().anyMatch(line -> line.matches(pattern)), pattern + "\n" + text);
  }

  @Test
  void trainSaysWhatItDoesAndWhatCameOfIt() {
    training.succeeded();
    String out = training.out();
    assertTrue(out.startsWith("Flora trains mnist-mlp on " + engine + "\n"), out);
    matches("engine      " + engine + " \\d+\\.\\d+\\.\\d+, (cpu|gpu0), 2 threads", out);
    matches("data        mnist, real: 600 images, 200 for the test \\(.*data\\)", out);
    matches(
        "model       mlp; batch size 32, adam, learning rate 0.001 \\(constant\\), seed 3", out);
    matches(
        "test        accuracy \\d+\\.\\d\\d%, loss \\d\\.\\d{4} \\(weights of epoch [12]; mnist\\)",
        out);
    matches("trained     2 epochs in [0-9.:]+ (s|min), [0-9,.]+ images/s", out);
    assertTrue(out.endsWith("run folder  " + run + "\n"), out);
  }

  /** No terminal: a plain line for each epoch. */
  @Test
  void trainShowsAnEpochPerLine() {
    List<String> lines = training.err().lines().toList();
    assertEquals(2, lines.size(), training.err());
    for (int epoch = 1; epoch <= 2; epoch++) {
      matches(
          "epoch "
              + epoch
              + "/2  \\d+\\.\\d s  loss \\d\\.\\d{4}  acc \\d+\\.\\d\\d%"
              + "  val loss \\d\\.\\d{4}  val acc \\d+\\.\\d\\d%  [0-9,.]+ images/s",
          lines.get(epoch - 1));
    }
  }

  @Test
  void trainWritesTheRun() throws IOException {
    JsonObject info = json(run.resolve("run.json"));
    assertEquals("done", info.get("status").getAsString());
    assertEquals("mnist-mlp", info.get("recipe").getAsString());
    assertEquals(engine, info.getAsJsonObject("engine").get("name").getAsString());
    assertEquals(
        Engine.getEngine(engine).getVersion(),
        info.getAsJsonObject("engine").get("version").getAsString());
    assertEquals(2, info.getAsJsonObject("engine").get("threads").getAsInt());
    assertEquals("real", info.getAsJsonObject("data").get("source").getAsString());
    assertEquals(480, info.getAsJsonObject("data").get("train").getAsInt());
    assertEquals(120, info.getAsJsonObject("data").get("validation").getAsInt());
    assertEquals(200, info.getAsJsonObject("data").get("test").getAsInt());
    assertEquals(32, info.getAsJsonObject("hyperparameters").get("batch_size").getAsInt());
    assertEquals(3, info.get("seed").getAsLong());
    assertTrue(info.getAsJsonObject("result").get("test_accuracy").getAsDouble() > 0.5);
    assertEquals(2, HistoryCsv.read(run.resolve("history.csv")).size());
    assertTrue(ImageIO.read(run.resolve("curves.png").toFile()).getWidth() > 100);
  }

  @Test
  void evaluateReports() throws IOException {
    Cli cli = flora("evaluate", run.toString()).succeeded();
    assertEquals("", cli.err());
    matches("mnist-mlp, trained on %1$s, evaluated on %1$s .*".formatted(engine), cli.out());
    matches("mnist, real: 200 test images", cli.out());
    for (String word : List.of("accuracy", "precision", "recall", "f1", "macro")) {
      assertTrue(cli.out().toLowerCase(Locale.ROOT).contains(word), word + cli.out());
    }
    for (String picture : List.of("confusion-matrix.png", "mistakes.png")) {
      assertTrue(
          ImageIO.read(run.resolve("evaluation").resolve(picture).toFile()).getWidth() > 100);
    }
  }

  @Test
  void evaluateAgreesWithTraining() throws IOException {
    Cli cli = flora("evaluate", run.toString(), "--json").succeeded();
    assertEquals("", cli.err());
    JsonObject report = JsonParser.parseString(cli.out()).getAsJsonObject();
    assertEquals(report, json(run.resolve("evaluation/report.json")));
    JsonObject result = json(run.resolve("run.json")).getAsJsonObject("result");
    assertEquals(
        result.get("test_accuracy").getAsDouble(), report.get("accuracy").getAsDouble(), 1e-12);
    assertEquals(result.get("test_loss").getAsDouble(), report.get("loss").getAsDouble(), 1e-5);
    double top5 = report.get("top5_accuracy").getAsDouble();
    assertTrue(top5 >= report.get("accuracy").getAsDouble() && top5 <= 1, cli.out());
    assertTrue(report.get("images_per_second").getAsDouble() > 0);
    assertEquals(10, report.getAsJsonArray("classes").size());
    assertEquals(Set.of("precision", "recall", "f1"), report.getAsJsonObject("macro").keySet());
    assertEquals("mnist-mlp", report.get("recipe").getAsString());
    assertEquals(engine, report.getAsJsonObject("engine").get("name").getAsString());
    assertEquals("real", report.getAsJsonObject("data").get("source").getAsString());
  }

  @Test
  void predictNamesTheDigits() throws IOException {
    Cli cli = flora("predict", run.toString(), "--test", "0,100").succeeded();
    assertEquals("", cli.err());
    String answer = ": \\d \\d+\\.\\d\\d%, \\d \\d+\\.\\d\\d%, \\d \\d+\\.\\d\\d%";
    String verdict = "  \\((right|wrong: it is \\d)\\)";
    matches("mnist-mlp on " + engine + " .*", cli.out());
    matches("mnist test 0" + answer + verdict, cli.out());
    matches("mnist test 100" + answer + verdict, cli.out());
    matches("wrote .*predictions\\.png", cli.out());
    assertTrue(ImageIO.read(run.resolve("predictions.png").toFile()).getWidth() > 50);
  }

  @Test
  void predictSpeaksJson() throws IOException {
    Path picture = temp.resolve("elsewhere/answer.png");
    Cli cli =
        flora(
                "predict",
                run.toString(),
                "--test",
                "7,0",
                "--top",
                "10",
                "--json",
                "--output",
                picture.toString())
            .succeeded();
    assertEquals("", cli.err());
    JsonArray images = JsonParser.parseString(cli.out()).getAsJsonArray();
    assertEquals(2, images.size());
    int[] indices = {7, 0};
    for (int i = 0; i < 2; i++) {
      JsonObject image = images.get(i).getAsJsonObject();
      assertEquals(
          List.of("file", "truth", "predictions", "milliseconds"), List.copyOf(image.keySet()));
      assertEquals("mnist test " + indices[i], image.get("file").getAsString());
      assertEquals(
          SmallData.dataset(600, 200).test().label(indices[i]),
          Integer.parseInt(image.get("truth").getAsString()));
      assertTrue(image.get("milliseconds").getAsDouble() > 0);
      double sum = 0;
      double last = 1;
      for (JsonElement element : image.getAsJsonArray("predictions")) {
        double probability = element.getAsJsonObject().get("probability").getAsDouble();
        assertTrue(probability <= last, cli.out());
        last = probability;
        sum += probability;
      }
      assertEquals(10, image.getAsJsonArray("predictions").size());
      assertEquals(1, sum, 1e-6);
    }
    assertTrue(Files.exists(picture));
  }

  @ParameterizedTest
  @CsvSource({"mlp,'407,050'", "cnn,'225,034'", "lenet5,'61,706'"})
  void modelsShowsOneByLayers(String name, String parameters) {
    Cli cli = flora("models", name).succeeded();
    assertTrue(cli.out().contains(parameters), cli.out());
    assertEquals("", cli.err());
  }

  static List<String> recipes() {
    return Recipes.names().stream().filter(name -> name.contains("mnist")).toList();
  }

  /** Fashion-MNIST differs from MNIST in its name and labels only; these files do for both. */
  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeTrains(String recipe) throws IOException {
    Path output = temp.resolve(recipe);
    Cli cli =
        flora(
                "train",
                recipe,
                "--data",
                data.toString(),
                "--output",
                output.toString(),
                "--epochs",
                "1")
            .succeeded();
    assertTrue(cli.out().contains("Flora trains " + recipe + " on " + engine), cli.out());
    JsonObject info = json(output.resolve("run.json"));
    assertEquals("done", info.get("status").getAsString());
    assertEquals(
        recipe.substring(0, recipe.lastIndexOf('-')),
        info.getAsJsonObject("data").get("name").getAsString());
    assertEquals(recipe.substring(recipe.lastIndexOf('-') + 1), info.get("model").getAsString());
    // What was trained can be asked, and knows the data set's labels.
    Cli answer = flora("predict", output.toString(), "--test", "0", "--top", "10").succeeded();
    assertEquals(recipe.startsWith("fashion"), answer.out().contains("Ankle boot"), answer.out());
    Cli report = flora("evaluate", output.toString(), "--json").succeeded();
    assertEquals(
        info.getAsJsonObject("result").get("test_accuracy").getAsDouble(),
        JsonParser.parseString(report.out()).getAsJsonObject().get("accuracy").getAsDouble(),
        1e-12);
  }

  /** Two colours, ten pictures of each. */
  private Path photographs() throws IOException {
    Path photos = temp.resolve("photographs");
    for (String name : List.of("blue", "red")) {
      Path folder = Files.createDirectories(photos.resolve(name));
      for (int i = 0; i < 10; i++) {
        BufferedImage picture = new BufferedImage(50 + i, 60, BufferedImage.TYPE_INT_RGB);
        int color = name.equals("red") ? 0xc02000 : 0x0030d0;
        for (int y = 0; y < 60; y++) {
          for (int x = 0; x < picture.getWidth(); x++) {
            picture.setRGB(x, y, (x + y + i) % 7 == 0 ? 0x808080 + i : color);
          }
        }
        ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
      }
    }
    return photos;
  }

  @Test
  void photographsOfOnesOwnAreTrainedMeasuredAndAsked() throws IOException {
    Path photos = photographs();
    Path damaged = Files.writeString(photos.resolve("red/damaged.jpg"), "not a picture");
    Path output = temp.resolve("photos-run");
    Cli cli =
        flora(
                "train",
                "photos-resnet18",
                "--data",
                photos.toString(),
                "--output",
                output.toString(),
                "--pretrained",
                "none",
                "--image-size",
                "64",
                "--batch-size",
                "4",
                "--epochs",
                "1")
            .succeeded();
    String all = cli.out() + cli.err();
    assertEquals(1, all.split(Pattern.quote(damaged.getFileName().toString()), -1).length - 1, all);
    JsonObject counts = json(output.resolve("run.json")).getAsJsonObject("data");
    assertEquals("real", counts.get("source").getAsString());
    assertEquals(
        20,
        counts.get("train").getAsInt()
            + counts.get("validation").getAsInt()
            + counts.get("test").getAsInt());
    Cli report = flora("evaluate", output.toString(), "--json").succeeded();
    assertEquals(
        json(output.resolve("run.json"))
            .getAsJsonObject("result")
            .get("test_accuracy")
            .getAsDouble(),
        JsonParser.parseString(report.out()).getAsJsonObject().get("accuracy").getAsDouble(),
        1e-12);
    Cli answer =
        flora("predict", output.toString(), photos.resolve("blue/1.png").toString()).succeeded();
    assertTrue(answer.out().contains("blue") && answer.out().contains("red"), answer.out());
  }

  @Test
  void theRecipeTakesAnotherNetworkAndItsOptions() throws IOException {
    Path output = temp.resolve("other");
    flora(
            "train",
            "mnist-mlp",
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--epochs",
            "1",
            "--model",
            "cnn",
            "--batch-norm",
            "--dropout",
            "0.25",
            "--learning-rate",
            "0.002",
            "--validation-split",
            "0",
            "--optimizer",
            "ADAM")
        .succeeded();
    JsonObject info = json(output.resolve("run.json"));
    assertEquals("cnn", info.get("model").getAsString());
    JsonObject how = info.getAsJsonObject("hyperparameters");
    assertTrue(how.get("batch_norm").getAsBoolean());
    assertEquals(0.25, how.get("dropout").getAsDouble());
    assertEquals(0.002, how.get("learning_rate").getAsDouble());
    assertEquals("adam", how.get("optimizer").getAsString());
    assertEquals(600, info.getAsJsonObject("data").get("train").getAsInt());
    assertEquals(0, info.getAsJsonObject("data").get("validation").getAsInt());
  }
}
