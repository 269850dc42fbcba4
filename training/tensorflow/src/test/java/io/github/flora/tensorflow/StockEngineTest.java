package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DJL's own TensorFlow engine, in a process without ours, runs what {@link SavedModelWriter} wrote.
 */
final class StockEngineTest {

  /** The build copies the engine and what it needs here. */
  private static final Path JARS = Path.of("target", "stock");

  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  @TempDir private Path folder;

  private static Path resource(String name) throws Exception {
    return Path.of(
        Objects.requireNonNull(StockEngineTest.class.getResource("/stock/" + name)).toURI());
  }

  @Test
  void djlsOwnEngineAgrees() throws Exception {
    Path model = folder.resolve("model");
    Path numbers = folder.resolve("numbers.safetensors");
    double largest;
    try (NDManager manager = Engine.getEngine("TensorFlow").newBaseManager()) {
      Block block = Networks.get("cnn").newBlock(NetworkOptions.of(10));
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28));
      SavedModelWriter.write(manager, block, new Shape(1, 28, 28), model);
      NDArray images = manager.randomNormal(new Shape(5, 1, 28, 28));
      NDArray logits =
          block
              .forward(new ParameterStore(manager, false), new NDList(images), false)
              .singletonOrThrow();
      largest = logits.abs().max().getFloat();
      images.setName("images");
      logits.setName("logits");
      try (OutputStream out = Files.newOutputStream(numbers)) {
        new NDList(images, logits).encode(out, NDList.Encoding.SAFETENSORS);
      }
    }
    Path program = resource("StockEngine.java");
    String classpath =
        JARS.toAbsolutePath() + File.separator + "*" + File.pathSeparator + program.getParent();
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dai.djl.offline=true",
                    // What this process has unpacked needn't be unpacked again.
                    "-D%s=%s".formatted(CACHE, System.getProperty(CACHE)),
                    "-cp",
                    classpath,
                    program.toString(),
                    model.toString(),
                    numbers.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertEquals(0, child.waitFor(), () -> lines.toString());
    assertEquals("ai.djl.tensorflow.engine.TfEngine", lines.get(0));
    double difference = Double.parseDouble(lines.get(1));
    assertTrue(difference <= 1e-4 * largest, () -> lines + " of " + largest);
  }

  /** It would cast our engine to its own class; a program with both ends before that. */
  @Test
  void besideOursItIsRefused() throws Exception {
    Path err = folder.resolve("err");
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    JARS.toAbsolutePath()
                        + File.separator
                        + "*"
                        + File.pathSeparator
                        + System.getProperty("java.class.path"),
                    resource("StockEngine.java").toString()))
            .redirectError(err.toFile())
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, child.waitFor(), out);
    String said = Files.readString(err);
    assertTrue(
        said.lines()
            .anyMatch(
                line ->
                    line.matches(
                        ".*EngineException: two engines named TensorFlow are on the classpath, take"
                            + " one away: .+ \\(trains\\) and tensorflow-engine-.+\\.jar"
                            + " \\(DJL's own, doesn't train\\)")),
        said);
  }
}
