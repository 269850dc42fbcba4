package io.github.flora.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.Engines;
import io.github.flora.example.OwnNetwork;
import io.github.flora.models.Mlp;
import io.github.flora.models.Network;
import io.github.flora.models.Networks;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The program that the README shows, and what it relies on. */
final class JavaInterfaceTest {

  private static final int TEST_IMAGES = 200;
  private static final ImageDataset DATA = SmallData.dataset(600, TEST_IMAGES);

  @TempDir static Path shared;
  private static Path data;

  @TempDir Path temp;

  @BeforeAll
  static void write() throws IOException {
    SmallData.pytorch();
    data = SmallData.write(shared.resolve("data"), 600, TEST_IMAGES);
  }

  static List<String> enginesThatTrain() {
    return Engines.available().stream().filter(e -> Engines.support(e).isPresent()).toList();
  }

  private static String output(String... arguments) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      OwnNetwork.main(arguments);
    } finally {
      System.setOut(before);
    }
    return out.toString(UTF_8);
  }

  @ParameterizedTest
  @MethodSource("enginesThatTrain")
  void theProgramTrainsMeasuresAndAsks(String engine) throws IOException {
    Path run = temp.resolve("run");
    List<String> lines = output(data.toString(), engine, run.toString()).lines().toList();
    assertEquals(2, lines.size(), lines::toString);
    double accuracy = Double.parseDouble(lines.get(0).substring("accuracy ".length()));
    assertTrue(accuracy > 0.5, "chance is 0.1: " + lines);

    RunInfo info;
    try (RunFolder folder = RunFolder.open(run)) {
      info = folder.info();
    }
    assertEquals(RunInfo.Status.DONE, info.status());
    assertEquals("two-layers", info.model());
    assertEquals(engine, info.engine().name());
    assertEquals(accuracy, Objects.requireNonNull(info.result()).testAccuracy(), 1e-12);

    // As a later program would load it.
    try (Classifier loaded = Classifier.load(run, OwnNetwork.NETWORK, engine)) {
      assertEquals(accuracy, loaded.evaluate(DATA.test()).accuracy(), 1e-12);
      Predictions answers = loaded.predict(DATA.test());
      assertEquals(TEST_IMAGES, answers.size());
      assertEquals(10, loaded.labels().size());
      assertEquals(10, answers.probabilities(0).length);
      assertEquals(1, Arrays.stream(answers.probabilities(0)).sum(), 1e-9);
      assertEquals("the first is a " + loaded.labels().get(answers.top1(0)), lines.get(1));
    }
  }

  @ParameterizedTest
  @MethodSource("enginesThatTrain")
  void whatIsLoadedPredictsTheSame(String engine) throws IOException {
    Path run = temp.resolve("run");
    List<Epoch> epochs = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch, Block block) {
            epochs.add(epoch);
          }
        };
    try (Classifier trained =
            Classifier.train(
                Networks.get("lenet5"),
                DATA,
                SmallData.quick(2, 32),
                // Names ignore case, as on the command line.
                engine.toUpperCase(Locale.ROOT),
                run,
                listener);
        Classifier loaded = Classifier.load(run, engine)) {
      assertEquals(2, epochs.size());
      Predictions expected = trained.predict(DATA.test());
      Predictions actual = loaded.predict(DATA.test());
      for (int i = 0; i < TEST_IMAGES; i++) {
        assertArrayEquals(expected.probabilities(i), actual.probabilities(i), 1e-9);
      }
    }
  }

  /** "At most 25 lines of a program": all but its package and imports. */
  @Test
  void theProgramIsShort() throws IOException {
    List<String> source =
        Files.readAllLines(Path.of("src/test/java/io/github/flora/example/OwnNetwork.java"));
    List<String> program =
        source.subList(source.indexOf("public final class OwnNetwork {"), source.size());
    assertTrue(program.size() <= 25, program.size() + " lines");
  }

  @Test
  void aNetworkThatIsNotListedHasToBeHandedOver() throws IOException {
    Path run = temp.resolve("run");
    Network network = Network.of("mine", classes -> Mlp.create(classes, 0));
    Classifier.train(network, DATA, SmallData.quick(1, 128), "PyTorch", run).close();
    String message =
        String.valueOf(
            assertThrows(RunException.class, () -> Classifier.load(run, "PyTorch")).getMessage());
    assertTrue(
        message.startsWith(
            run.resolve("model/model.json") + ": no model named 'mine'; there are: mlp, "),
        message);
    assertTrue(
        message.endsWith("; of your own, put the class on the classpath, listed as a service"),
        message);
    assertEquals(
        run + " holds a model 'mine', not 'cnn'",
        assertThrows(RunException.class, () -> Classifier.load(run, Networks.get("cnn"), "PyTorch"))
            .getMessage());
    Network other = Network.of("mine", classes -> Mlp.create(classes + 1, 0));
    assertTrue(
        String.valueOf(
                assertThrows(IOException.class, () -> Classifier.load(run, other, "PyTorch"))
                    .getMessage())
            .contains("doesn't fit the model"));
  }

  @Test
  void refusesBeforeItWrites() {
    Path run = temp.resolve("run");
    Network network = OwnNetwork.NETWORK;
    Hyperparameters how = SmallData.quick(1, 128);
    assertThrows(
        EngineException.class, () -> Classifier.train(network, DATA, how, "OnnxRuntime", run));
    assertThrows(EngineException.class, () -> Classifier.train(network, DATA, how, "mxnet", run));
    SmallData.pytorch();
    assertFalse(Files.exists(run));
  }

  @Test
  void anExistingRunStays() throws IOException {
    Path run = temp.resolve("run");
    Hyperparameters how = SmallData.quick(1, 128);
    Classifier.train(OwnNetwork.NETWORK, DATA, how, "PyTorch", run).close();
    assertThrows(
        RunException.class, () -> Classifier.train(OwnNetwork.NETWORK, DATA, how, "PyTorch", run));
    try (Classifier model = Classifier.load(run, OwnNetwork.NETWORK, "PyTorch")) {
      assertEquals(
          "the model takes images of 28×28×1, not 32×32×1",
          assertThrows(IllegalArgumentException.class, () -> model.predict(DATA.test().padded(2)))
              .getMessage());
    }
  }

  @Test
  void aRecipeKeepsToItsNetwork() {
    Recipe recipe = Recipes.get("mnist-mlp");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new Training(
                    recipe,
                    OwnNetwork.NETWORK,
                    recipe.defaults(),
                    DATA,
                    "PyTorch",
                    Device.cpu(),
                    1,
                    1));
    assertEquals("recipe 'mnist-mlp' is for the model 'mlp', not 'two-layers'", e.getMessage());
  }
}
