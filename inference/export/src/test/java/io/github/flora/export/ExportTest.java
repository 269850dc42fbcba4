package io.github.flora.export;

import static io.github.flora.export.Ended.flora;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.ImageSet;
import io.github.flora.onnx.ImageInput;
import io.github.flora.onnx.OnnxHeader;
import io.github.flora.onnx.OnnxMetadata;
import io.github.flora.trainer.explain.HeatMap;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a training to a file that answers by itself. */
class ExportTest {

  @TempDir static Path shared;

  /** Runs by network, trained for one epoch on what the machine has: real digits or drawn ones. */
  private static final Map<String, Path> RUNS = new TreeMap<>();

  @TempDir Path temp;

  @BeforeAll
  static void train() {
    train("mlp");
    train("lenet5");
    train("cnn", "--batch-norm");
  }

  private static void train(String network, String... options) {
    Path run = shared.resolve(network);
    Stream<Object> all =
        Stream.of("train", "mnist-" + network, "--epochs", 1, "--output", run, "--no-progress");
    flora(Stream.concat(all, Arrays.stream(options)).toArray()).succeeded();
    RUNS.put(network, run);
  }

  @AfterEach
  void forgetEngine() {
    System.setProperty("ai.djl.default_engine", "PyTorch");
  }

  private static Path run(String network) {
    Path run = RUNS.get(network);
    if (run == null) {
      throw new IllegalStateException(network + " wasn't trained");
    }
    return run;
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "lenet5"})
  void writesWhatIsProven(String network) throws IOException {
    Path run = run(network);
    Ended ended = flora("export", run).succeeded();
    assertTrue(ended.out().contains("top-1 agreement 100.00 %"), ended.out());
    assertTrue(ended.out().contains("opset 18"), ended.out());
    JsonObject entry = json(run.resolve("run.json")).getAsJsonObject("export");
    assertEquals("model.onnx", entry.get("file").getAsString());
    assertEquals(18, entry.get("opset").getAsInt());
    assertTrue(entry.get("max_rel_diff").getAsDouble() <= 1e-4);
    assertTrue(entry.get("max_abs_diff").getAsDouble() >= 0);
    assertEquals(1, entry.get("top1_agreement").getAsDouble());
    // The rest of run.json is as it was.
    assertEquals("done", json(run.resolve("run.json")).get("status").getAsString());

    OnnxHeader header = OnnxHeader.read(run.resolve("model.onnx"));
    OnnxMetadata metadata = OnnxMetadata.of(header.properties());
    assertEquals(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"), metadata.labels());
    assertEquals("mnist-" + network, metadata.recipe());
    ImageInput plain = new ImageInput(List.of(0f), List.of(1f));
    // LeNet-5's recipe takes the training images' own mean and deviation.
    assertEquals(network.equals("mlp"), plain.equals(metadata.input()), metadata.toString());
    assertEquals(1, Objects.requireNonNull(metadata.input()).channels());
    assertEquals(network, metadata.more().get("network"));
    assertTrue(header.producer().startsWith("Flora "), header.producer());
    assertEquals("input", header.inputs().get(0).name());
    assertEquals("logits", header.outputs().get(0).name());
    assertTrue(String.valueOf(metadata.engine()).startsWith("PyTorch "), metadata.toString());
    assertEquals(
        json(run.resolve("run.json")).getAsJsonObject("result").get("test_accuracy").getAsDouble(),
        metadata.accuracy());
    assertEquals(network.equals("lenet5") ? "2" : "0", metadata.more().get("margin"));
  }

  @Test
  void aFileAloneIsEnough() throws IOException {
    Path file = temp.resolve("colleague.onnx");
    flora("export", run("mlp"), "--output", file).succeeded();
    Path picture = temp.resolve("seven.png");
    BufferedImage image = new BufferedImage(60, 60, BufferedImage.TYPE_INT_RGB);
    for (int i = 10; i < 50; i++) {
      for (int w = 0; w < 6; w++) {
        image.setRGB(i, 10 + w, 0xffffff);
        image.setRGB(Math.max(10, 50 - i / 2) - w, i, 0xffffff);
      }
    }
    ImageIO.write(image, "png", picture.toFile());
    Ended ended = flora("predict", file, picture, "--json").succeeded();
    JsonArray answers = JsonParser.parseString(ended.out()).getAsJsonArray();
    JsonArray predictions = answers.get(0).getAsJsonObject().getAsJsonArray("predictions");
    assertEquals(3, predictions.size());

    // The same picture asked of the run on the engine that trained it.
    Ended trained = flora("predict", run("mlp"), picture, "--json").succeeded();
    JsonElement expected =
        JsonParser.parseString(trained.out())
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .get("predictions");
    for (int i = 0; i < 3; i++) {
      JsonObject a = predictions.get(i).getAsJsonObject();
      JsonObject e = expected.getAsJsonArray().get(i).getAsJsonObject();
      assertEquals(e.get("label"), a.get("label"));
      assertEquals(e.get("probability").getAsDouble(), a.get("probability").getAsDouble(), 1e-5);
    }
    String text = flora("predict", file, picture).succeeded().out();
    assertTrue(text.startsWith("mnist-mlp on OnnxRuntime 1.21.1, cpu, "), text);
  }

  /**
   * A file has no gradients: its answers are explained by what covering parts of the image does.
   */
  @Test
  void aFileIsExplainedByOcclusion() throws IOException {
    Path file = temp.resolve("model.onnx");
    flora("export", run("mlp"), "--output", file).succeeded();
    Path picture = temp.resolve("answers.png");
    Path explained = temp.resolve("answers.explained.png");
    String out =
        flora("predict", file, "--test", 0, "--explain", "--output", picture).succeeded().out();
    assertTrue(
        out.endsWith(
            "wrote %s%nwrote %s (occlusion by squares of 6×6: the model has no gradients)%n"
                .formatted(picture, explained)),
        out);
    assertTrue(ImageIO.read(explained.toFile()).getWidth() > 300, "two images beside each other");

    // The network has none either way, since it doesn't convolve; so the maps have to agree.
    ImageSet one =
        ImageDatasets.load(new DataRequest("mnist", null, true, 0)).test().select(new int[] {0});
    OnnxRuntimeLoader loader = new OnnxRuntimeLoader();
    try (RunFolder folder = RunFolder.open(run("mlp"));
        TrainedModel network = TrainedModel.load(folder, "PyTorch", Device.cpu());
        TrainedModel graph = loader.load(loader.describe(file), Device.cpu(), 2)) {
      int label = network.predict(one, 1).top1(0);
      HeatMap expected = network.explain(one, label);
      HeatMap found = graph.explain(one, label);
      assertEquals(expected.method(), found.method());
      for (int p = 0; p < 28 * 28; p++) {
        assertEquals(expected.at(p / 28, p % 28), found.at(p / 28, p % 28), 1e-3);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"--softmax", "--preprocessing", "--preprocessing --softmax", "--no-fold-batch-norm"})
  void optionsOfTheGraphDontChangeAnswers(String options) throws IOException {
    Path file = temp.resolve("model.onnx");
    Object[] arguments =
        Stream.concat(
                Stream.of("export", run("lenet5"), "--output", file),
                Arrays.stream(options.split(" ")))
            .toArray();
    flora(arguments).succeeded();
    assertEquals(
        options.contains("preprocessing") ? "uint8" : "float32",
        String.valueOf(OnnxHeader.read(file).inputs().get(0).type()));
    assertEquals(
        options.contains("softmax") ? "probabilities" : "logits",
        OnnxHeader.read(file).outputs().get(0).name());
    String expected = flora("predict", run("lenet5"), "--test", "0,1,2", "--csv").succeeded().out();
    String actual = flora("predict", file, "--test", "0,1,2", "--csv").succeeded().out();
    List<String> one = expected.lines().skip(1).toList();
    List<String> two = actual.lines().skip(1).toList();
    for (int i = 0; i < one.size(); i++) {
      String[] e = one.get(i).split(",", -1);
      String[] a = two.get(i).split(",", -1);
      assertEquals(e[2], a[2]);
      assertEquals(Double.parseDouble(e[3]), Double.parseDouble(a[3]), 1e-5);
    }
  }

  @Test
  void batchNormalisationFoldsUnlessToldNotTo() throws IOException {
    Path file = temp.resolve("model.onnx");
    Ended folded = flora("export", run("cnn"), "--output", file).succeeded();
    assertTrue(folded.out().contains("opset 18, 2 batch normalisations folded"), folded.out());
    String content = Files.readString(file, ISO_8859_1);
    assertTrue(content.contains("conv1.weight.folded"));
    assertFalse(content.contains("bn1.running_mean"));
    assertTrue(content.contains("fc1.weight"));

    Ended plain = flora("export", run("cnn"), "--output", file, "--no-fold-batch-norm").succeeded();
    assertFalse(plain.out().contains("folded"), plain.out());
    assertTrue(Files.readString(file, ISO_8859_1).contains("bn1.running_mean"));
  }

  /** How a photograph of any size becomes the input stands in the file, too. */
  @Test
  void aPhotographIsPreparedAsTheRunDoes() throws IOException {
    Path photos = temp.resolve("photos");
    for (String label : List.of("left", "right")) {
      Files.createDirectories(photos.resolve(label));
      for (int i = 0; i < 10; i++) {
        photo(photos.resolve(label).resolve(i + ".png"), label.equals("left"), i);
      }
    }
    Path run = temp.resolve("run");
    flora(
            "train",
            "photos-resnet18",
            "--data",
            photos,
            "--image-size",
            32,
            "--epochs",
            1,
            "--warmup-epochs",
            0,
            "--pretrained",
            "none",
            "--output",
            run,
            "--no-progress")
        .succeeded();
    Path file = temp.resolve("model.onnx");
    flora("export", run, "--output", file).succeeded();
    assertTrue(OnnxHeader.read(file).properties().containsKey("resize"));
    Path asked = photos.resolve("left").resolve("3.png");
    String expected = flora("predict", run, asked, "--json").succeeded().out();
    String actual = flora("predict", file, asked, "--json").succeeded().out();
    assertEquals(probability(expected), probability(actual), 1e-5);
  }

  private static double probability(String json) {
    JsonObject first = JsonParser.parseString(json).getAsJsonArray().get(0).getAsJsonObject();
    return first
        .getAsJsonArray("predictions")
        .get(0)
        .getAsJsonObject()
        .get("probability")
        .getAsDouble();
  }

  private static void photo(Path file, boolean left, int number) throws IOException {
    BufferedImage image = new BufferedImage(70 + number, 50, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < 50; y++) {
        int shade = (x * 3 + y * number) & 0xff;
        image.setRGB(x, y, (x < 35) == left ? shade << 16 : shade);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void evaluateTakesFilesAndOnnxRuntime() throws IOException {
    Path file = temp.resolve("model.onnx");
    flora("export", run("mlp"), "--output", file).succeeded();
    double trained =
        json(run("mlp").resolve("run.json"))
            .getAsJsonObject("result")
            .get("test_accuracy")
            .getAsDouble();
    Ended ended = flora("evaluate", file, "--json").succeeded();
    JsonObject report = JsonParser.parseString(ended.out()).getAsJsonObject();
    assertEquals(trained, report.get("accuracy").getAsDouble(), 2e-4);
    assertTrue(Files.exists(temp.resolve("model.evaluation").resolve("report.json")));
    JsonObject onRun =
        JsonParser.parseString(
                flora("evaluate", run("mlp"), "--engine", "onnxruntime", "--json")
                    .succeeded()
                    .out())
            .getAsJsonObject();
    assertEquals("OnnxRuntime", onRun.getAsJsonObject("engine").get("name").getAsString());
    assertEquals(report.get("accuracy"), onRun.get("accuracy"));
  }

  @Test
  void onnxRuntimeExportsOnDemandAndAgainWhenWeightsChange() throws IOException {
    Path run = temp.resolve("run");
    copy(run("mlp"), run);
    Path file = run.resolve("model.onnx");
    Files.deleteIfExists(file);
    flora("predict", run, "--engine", "OnnxRuntime", "--test", "0").succeeded();
    FileTime first = Files.getLastModifiedTime(file);
    assertTrue(json(run.resolve("run.json")).has("export"));
    flora("predict", run, "--engine", "OnnxRuntime", "--test", "0").succeeded();
    assertEquals(first, Files.getLastModifiedTime(file));
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    flora("predict", run, "--engine", "OnnxRuntime", "--test", "0").succeeded();
    assertTrue(Files.getLastModifiedTime(file).compareTo(first) >= 0);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path path : files.toList()) {
        Files.copy(
            path,
            to.resolve(from.relativize(path).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @Test
  void safetensorsHoldTheWeights() throws IOException {
    Path file = temp.resolve("weights.safetensors");
    Ended ended =
        flora("export", run("mlp"), "--format", "safetensors", "--output", file).succeeded();
    assertTrue(ended.out().contains("407,050 parameters, read back and equal"), ended.out());
    String head = new String(Files.readAllBytes(file), 8, 400, ISO_8859_1);
    assertTrue(head.contains("fc1.weight"), head);
  }

  @Test
  void aSavedModelIsComparedAndKept() throws IOException {
    Path target = temp.resolve("saved");
    Ended ended =
        flora("export", run("mlp"), "--format", "savedmodel", "--output", target).succeeded();
    assertTrue(ended.out().contains("signature serving_default"), ended.out());
    assertTrue(Files.size(target.resolve("saved_model.pb")) > 4 * 407_050L);
    assertTrue(
        flora("export", run("mlp"), "--format", "savedmodel", "--output", target)
            .failed(1)
            .contains("is there already"));
    flora("export", run("mlp"), "--format", "savedmodel", "--engine", "PyTorch").failed(2);
  }

  @Test
  void helpNamesEveryOption() {
    String help = flora("export", "--help").succeeded().out();
    for (String option :
        List.of(
            "--format",
            "--output",
            "--engine",
            "--preprocessing",
            "--softmax",
            "fold-batch-norm")) {
      assertTrue(help.contains(option), option);
    }
    assertTrue(flora("--help").out().contains("export"));
    assertTrue(flora("predict", "--help").out().contains("ONNX file"));
    assertTrue(flora("evaluate", "--help").out().contains("ONNX file"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | predict absent.onnx picture.png | there is no such file",
        "1 | predict foreign.onnx picture.png | isn't an ONNX model",
        "1 | evaluate cut.onnx | cut off",
        "2 | predict good.onnx picture.png --engine PyTorch | runs on OnnxRuntime, not on PyTorch",
        "1 | export absent | is not a folder",
        "2 | export RUN --format pickle | Invalid value for option '--format'",
        "2 | export RUN --engine OnnxRuntime | runs no DJL blocks",
        "2 | export RUN --format safetensors --softmax | weights alone",
        "1 | export RUN --output absent/model.onnx | there is no folder",
      })
  void badInputIsOneLine(int status, String line, String says) throws IOException {
    Path good = temp.resolve("good.onnx");
    flora("export", run("mlp"), "--output", good).succeeded();
    byte[] bytes = Files.readAllBytes(good);
    Files.write(temp.resolve("cut.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
    Files.writeString(temp.resolve("foreign.onnx"), "not a model\n".repeat(50));
    Object[] arguments =
        Arrays.stream(line.split(" "))
            .map(
                word ->
                    word.equals("RUN")
                        ? run("mlp").toString()
                        : word.matches(".*(\\.onnx|\\.png)|absent")
                            ? temp.resolve(word).toString()
                            : word)
            .toArray();
    String message = flora(arguments).failed(status);
    assertTrue(message.contains(says), message);
  }
}
