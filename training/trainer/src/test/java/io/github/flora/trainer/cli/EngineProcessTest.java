package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.SmallData;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which engines a process has, loads and trains with. */
final class EngineProcessTest {

  private static final String PROPERTY = "ai.djl.default_engine";
  private static final String VARIABLE = "DJL_DEFAULT_ENGINE";

  /** PyTorch's jars, and the module's classes while Maven builds. */
  private static final String PYTORCH =
      ".*(/training/pytorch/target/.*|/(flora-)?pytorch-[^/]*\\.jar)";

  @TempDir static Path shared;
  private static Path data;

  @TempDir Path temp;

  /** How a process ended. */
  private record Ended(int status, String out, String err) {}

  @BeforeAll
  static void write() throws IOException {
    data = SmallData.write(shared.resolve("data"), 300, 50);
  }

  private ProcessBuilder program(String arguments) throws IOException {
    ProcessBuilder builder = Cli.process(temp, arguments.split(" ", -1));
    builder.environment().remove(VARIABLE);
    return builder;
  }

  private static String classpath() {
    return System.getProperty("java.class.path");
  }

  private static void setClasspath(ProcessBuilder builder, String classpath) {
    List<String> command = builder.command();
    command.set(command.indexOf("-cp") + 1, classpath);
  }

  private Ended end(ProcessBuilder builder) throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertTrue(process.waitFor(3, TimeUnit.MINUTES), "it goes on");
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static JsonObject engine(Path run) throws IOException {
    return JsonParser.parseString(Files.readString(run.resolve("run.json")))
        .getAsJsonObject()
        .getAsJsonObject("engine");
  }

  private String train() {
    return "train mnist-mlp --epochs 1 --data %s --output %s".formatted(data, temp.resolve("run"));
  }

  /** PyTorch isn't there at all, so nothing can have been left to it. */
  @ParameterizedTest
  @CsvSource({"tensorFLOW,,", ",tensorflow,", ",,TensorFlow"})
  void tensorFlowTrainsByItself(
      @Nullable String option, @Nullable String property, @Nullable String variable)
      throws Exception {
    ProcessBuilder builder = program(train() + (option == null ? "" : " --engine " + option));
    String without =
        Arrays.stream(classpath().split(File.pathSeparator, -1))
            .filter(entry -> !entry.matches(PYTORCH))
            .collect(Collectors.joining(File.pathSeparator));
    setClasspath(builder, without);
    if (property != null) {
      builder.command().add(1, "-D" + PROPERTY + "=" + property);
    }
    if (variable != null) {
      builder.environment().put(VARIABLE, variable);
    }
    Ended ended = end(builder);
    assertEquals(0, ended.status(), ended::toString);
    assertTrue(ended.out().startsWith("Flora trains mnist-mlp on TensorFlow\n"), ended::toString);
    JsonObject engine = engine(temp.resolve("run"));
    assertEquals("TensorFlow", engine.get("name").getAsString());
    assertTrue(engine.get("version").getAsString().matches("2\\.\\d+\\.\\d+"), engine::toString);
  }

  /** Both are there; the native libraries of the one that wasn't asked for stay on disk. */
  @ParameterizedTest
  @CsvSource({"PyTorch,libtorch,libtensorflow", "TensorFlow,libtensorflow,libtorch"})
  void loadsNoOtherEngine(String engine, String loaded, String unused) throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "Linux lists what a process loaded");
    ProcessBuilder builder = program(train() + " --engine " + engine.toLowerCase(Locale.ROOT));
    List<String> command = builder.command();
    command.set(command.indexOf(Main.class.getName()), MappedLibraries.class.getName());
    Ended ended = end(builder);
    assertEquals(0, ended.status(), ended::toString);
    assertEquals(engine, engine(temp.resolve("run")).get("name").getAsString());
    String libraries = ended.out().substring(ended.out().indexOf(MappedLibraries.HEADING));
    assertTrue(libraries.contains(loaded), libraries);
    assertFalse(libraries.contains(unused), libraries);
  }

  /** DJL's own would cast ours to its class. */
  @Test
  void twoTensorFlowsAreRefused() throws Exception {
    Path jar = temp.resolve("tensorflow-engine-9.9.9.jar");
    stockEngine(jar);
    for (String arguments : List.of(train(), "info", "evaluate " + temp)) {
      ProcessBuilder builder = program(arguments);
      setClasspath(builder, classpath() + File.pathSeparator + jar);
      Ended ended = end(builder);
      assertEquals("", ended.out().replace("Flora trains mnist-mlp on PyTorch\n", ""));
      assertEquals(1, ended.status(), ended::toString);
      assertTrue(
          ended
              .err()
              .matches(
                  "flora: two engines named TensorFlow are on the classpath, take one away: \\S+"
                      + " \\(trains\\) and tensorflow-engine-9\\.9\\.9\\.jar \\(DJL's own, doesn't"
                      + " train\\)\n"),
          ended::toString);
    }
  }

  /** A jar with a class of the name that DJL's engine goes by. */
  private void stockEngine(Path jar) throws IOException {
    String name = "ai/djl/tensorflow/engine/TfEngineProvider";
    Path source = temp.resolve("sources").resolve(name + ".java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "package ai.djl.tensorflow.engine; public class TfEngineProvider {}");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, source.toString()));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.putNextEntry(new ZipEntry(name + ".class"));
      Files.copy(temp.resolve("sources").resolve(name + ".class"), out);
    }
  }

  /** One line that says what to do, whichever engine ran out of memory. */
  @ParameterizedTest
  @CsvSource({
    "PyTorch,DefaultCPUAllocator: can't allocate",
    "TensorFlow,TensorFlow is out of memory in"
  })
  void outOfMemory(String engine, String cause) throws Exception {
    Path services = temp.resolve("own/META-INF/services/io.github.flora.models.Network");
    Files.createDirectories(services.getParent());
    Files.writeString(services, "io.github.flora.example.HungryDigits\n");
    Path run = temp.resolve("run");
    ProcessBuilder builder =
        program(
            "train hungry-digits --epochs 1 --data %s --output %s --engine %s"
                .formatted(data, run, engine));
    setClasspath(builder, classpath() + File.pathSeparator + temp.resolve("own"));
    Ended ended = end(builder);
    assertEquals(1, ended.status(), ended::toString);
    List<String> own = ended.err().lines().filter(line -> line.startsWith("flora: ")).toList();
    assertEquals(1, own.size(), ended::toString);
    assertTrue(
        own.get(0).startsWith("flora: out of memory: use a smaller --batch-size (")
            && own.get(0).contains(cause),
        ended::toString);
    assertFalse(own.get(0).contains("{{") || own.get(0).contains("Hint"), own.get(0));
    assertFalse(ended.err().contains("\tat "), ended::toString);
    assertTrue(Files.readString(run.resolve("run.json")).contains("\"status\": \"failed\""));
  }
}
