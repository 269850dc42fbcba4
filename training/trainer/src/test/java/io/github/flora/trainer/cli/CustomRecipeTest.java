package io.github.flora.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.example.WideDigits;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A recipe that is one class, {@link WideDigits}, and a line in a file of services. That file lies
 * in a folder of its own, so that the other tests see only what comes with Flora.
 */
final class CustomRecipeTest {

  @TempDir static Path temp;
  private static Path data;
  private static Path run;
  private static Cli training;

  @BeforeAll
  static void train() throws Exception {
    data = SmallData.write(temp.resolve("data"), 600, 200);
    run = temp.resolve("run");
    training = with(services(), "train", "wide-digits", "--data", data + "", "--output", run + "");
  }

  private static Path services() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(CustomRecipeTest.class.getResource("/own-recipe")).toURI());
  }

  /** Runs the program as if a folder were on the classpath, too. */
  private static Cli with(Path folder, String... arguments) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return Cli.run(arguments);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void trainsByItsName() throws IOException {
    training.succeeded();
    assertTrue(training.out().startsWith("Flora trains wide-digits on PyTorch\n"), training.out());
    try (RunFolder folder = RunFolder.open(run)) {
      RunInfo info = folder.info();
      assertEquals("wide-digits", info.recipe());
      assertEquals("wide-digits", info.model());
      assertEquals("mnist", info.data().name());
      // Adam's own decay is in the record, too.
      assertEquals(
          new WideDigits().defaults().toBuilder().optWeightDecay(0.0).build(),
          info.hyperparameters());
      assertTrue(Objects.requireNonNull(info.result()).testAccuracy() > 0.5, info::toString);
    }
  }

  @Test
  void isListed() throws Exception {
    String help = with(services(), "train", "--help").succeeded().out();
    assertTrue(help.replaceAll("\\s+", " ").contains(", wide-digits."), help);
    String models = with(services(), "models").succeeded().out();
    assertTrue(
        models.lines().anyMatch(l -> l.matches("wide-digits +a network of your own")), models);
  }

  @Test
  void itsNetworkSuitsOtherRecipes() throws Exception {
    Path other = temp.resolve("other");
    with(
            services(),
            ("train mnist-mlp --model wide-digits --epochs 1 --data " + data + " --output " + other)
                .split(" ", -1))
        .succeeded();
    with(services(), "evaluate", other.toString()).succeeded();
  }

  /** What a process has trained, another finds again by the name, if it has the class. */
  @Test
  void aLaterProcessFindsIt() throws Exception {
    ProcessBuilder builder = Cli.process(temp, "predict", run.toString(), "--test", "0,1", "--csv");
    List<String> command = builder.command();
    int classpath = command.indexOf("-cp") + 1;
    command.set(classpath, command.get(classpath) + File.pathSeparator + services());
    Path out = temp.resolve("out");
    Process process =
        builder.redirectOutput(out.toFile()).redirectError(temp.resolve("err").toFile()).start();
    assertEquals(0, process.waitFor(), () -> read(temp.resolve("err")));
    String expected =
        with(services(), "predict", run.toString(), "--test", "0,1", "--csv").succeeded().out();
    assertEquals(expected, read(out));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void withoutItsClassTheRunSaysWhatIsMissing() {
    String line = Cli.run("evaluate", run.toString()).failed(1);
    assertTrue(line.contains("no model named 'wide-digits'; there are: mlp, cnn"), line);
    assertTrue(line.endsWith("put the class on the classpath, listed as a service"), line);
    assertTrue(
        Cli.run("train", "wide-digits")
            .failed(2)
            .startsWith("flora: no recipe named 'wide-digits'"));
  }

  /** A run to go on with, that began with a class that is now missing. */
  @ParameterizedTest
  @CsvSource({
    "wide-digits,no recipe named 'wide-digits'",
    "mnist-mlp,no model named 'wide-digits'"
  })
  void withoutItsClassARunCannotGoOn(String recipe, String problem) throws IOException {
    Path copy = Files.createDirectories(temp.resolve("resumed-" + recipe));
    Files.writeString(
        copy.resolve("run.json"),
        read(run.resolve("run.json"))
            .replace("\"recipe\": \"wide-digits\"", "\"recipe\": \"" + recipe + '"')
            .replace("\"status\": \"done\"", "\"status\": \"interrupted\""));
    String line = Cli.run("train", "--resume", copy.toString()).failed(2);
    assertTrue(line.startsWith("flora: " + problem), line);
  }

  @Test
  void aClassThatIsNotThereIsNamed() throws Exception {
    Path folder = temp.resolve("broken");
    Path file = folder.resolve("META-INF/services/io.github.flora.models.Network");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "org.example.Missing\n");
    for (String command : List.of("train mine", "models", "models mlp")) {
      String line = with(folder, command.split(" ", -1)).failed(2);
      assertTrue(line.contains("META-INF/services can't be used: "), line);
      assertTrue(line.contains("org.example.Missing"), line);
    }
  }
}
