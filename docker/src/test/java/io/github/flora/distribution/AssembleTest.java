package io.github.flora.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the images hold, made as they make it, and run without a home and without a folder for
 * temporary files, so that whatever still had to be unpacked would fail:
 *
 * <pre>
 * mvn verify -Pslow -pl docker -am -Dtest=AssembleTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AssembleTest {

  private static final Path DOCKER = Path.of("").toAbsolutePath();

  @TempDir static Path temp;
  private Path home = Path.of("");
  private Path runtime = Path.of("");

  /** From jars, as after a build, laid out as in the repository. */
  @BeforeAll
  void assemble() throws Exception {
    for (String program : List.of("zip", "unzip", "strip", "readelf", "jlink")) {
      assumeTrue(isThere(program), program + " isn't here");
    }
    // This module has no classes of its own, and Maven names their folder all the same.
    List<Path> jars =
        ImageTest.classpath().stream()
            .filter(entry -> Files.exists(entry) && !ImageTest.isTest(entry))
            .toList();
    assumeTrue(
        jars.stream().noneMatch(Files::isDirectory), "modules are folders; use mvn verify -am");
    Path docker = Files.createDirectories(temp.resolve("flora/docker"));
    for (String program : List.of("assemble", "health", "../flora")) {
      Files.copy(DOCKER.resolve(program), docker.resolve(program));
    }
    Files.createSymbolicLink(
        docker.resolveSibling("engine-bench"), DOCKER.resolveSibling("engine-bench"));
    Files.writeString(
        Files.createDirectories(docker.resolve("target")).resolve("classpath"),
        jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    home = temp.resolve("opt/flora");
    runtime = temp.resolve("opt/java");
    run(
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        docker.resolve("assemble").toString(),
        home.toString(),
        runtime.toString());
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private String run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Path workspace = Files.createDirectories(temp.resolve("workspace"));
    builder.directory(workspace.toFile());
    builder.environment().keySet().retainAll(Set.of("PATH"));
    builder.environment().put("LANG", "C.UTF-8");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), output);
    assertEquals(0, process.exitValue(), () -> String.join(" ", command) + "\n" + output);
    return output;
  }

  private String flora(String command) throws Exception {
    List<String> words = new ArrayList<>(List.of(home.resolve("flora").toString()));
    words.addAll(List.of(command.split(" ", -1)));
    return run(
        Map.of(
            "JAVA_HOME", runtime.toString(),
            "ENGINE_CACHE_DIR", home.resolve("natives").toString(),
            "DJL_CACHE_DIR", temp.resolve("workspace/.djl.ai").toString(),
            "JAVA_OPTS", "-Djava.io.tmpdir=/nonexistent -Dai.djl.offline=true"),
        words.toArray(String[]::new));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }

  private static Map<String, Long> sizes(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (Path file : files(folder)) {
      sizes.put(file.toString(), Files.isDirectory(file) ? -1 : Files.size(file));
    }
    return sizes;
  }

  @Test
  void everyEngineRunsWhereNothingCanBeUnpacked() throws Exception {
    Map<String, Long> before = sizes(temp.resolve("opt"));
    flora("train mnist-mlp --epochs 1 --output run --no-progress");
    flora("export run");
    for (String engine : List.of("PyTorch", "TensorFlow", "OnnxRuntime")) {
      String output = flora("evaluate run --engine " + engine);
      assertTrue(output.contains("evaluated on " + engine + " "), output);
      assertFalse(output.contains("unpacking"), output);
    }
    assertEquals(before, sizes(temp.resolve("opt")), "nothing was written but to the volume");
  }

  @Test
  void javaIsSmallAndKeepsNoCounters() throws Exception {
    String flags =
        run(Map.of(), runtime + "/bin/java", "-XX:+PrintFlagsFinal", "-Xshare:auto", "-version");
    assertTrue(flags.matches("(?s).*\\bUsePerfData += false\\b.*"), flags);
    long size = sizes(runtime).values().stream().mapToLong(s -> Math.max(s, 0)).sum();
    assertTrue(size < 90_000_000, size + " bytes");
  }

  /** They would be there twice. */
  @Test
  void jarsHoldNoNativeLibraries() throws IOException {
    List<String> natives = new ArrayList<>();
    for (Path jar : files(home.resolve("lib"))) {
      if (jar.toString().matches(".*/lib/(onnxruntime-[0-9]|jna-[0-9]|pytorch|tensorflow).*jar")) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.matches(".*\\.(so|so\\..*|dylib|dll)"))
              .forEach(name -> natives.add(jar.getFileName() + ": " + name));
        }
      }
    }
    assertEquals(List.of(), natives);
  }

  @Test
  void largeLibrariesHaveNoSymbolsForDebuggers() throws Exception {
    List<Path> large = new ArrayList<>();
    for (Path file : files(home.resolve("natives"))) {
      if (file.toString().contains(".so") && Files.size(file) > 50_000_000) {
        large.add(file);
      }
    }
    assertTrue(large.size() >= 2, large::toString);
    for (Path library : large) {
      assertFalse(run(Map.of(), "readelf", "-SW", library.toString()).contains(".symtab"));
    }
  }

  @Test
  void anyUserMayReadAndRunIt() throws IOException {
    for (Path file : files(temp.resolve("opt"))) {
      assertTrue(
          Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ),
          file::toString);
    }
    for (String program : List.of("flora", "docker/health")) {
      assertTrue(
          Files.getPosixFilePermissions(home.resolve(program))
              .contains(PosixFilePermission.OTHERS_EXECUTE),
          program);
    }
  }

  /** bench runs DJL's own TensorFlow engine from a folder beside its jar. */
  @Test
  void benchFindsTheStockEngine() throws Exception {
    assertFalse(files(home.resolve("lib/stock")).isEmpty());
    flora("train mnist-mlp --epochs 1 --output stock --no-progress");
    String output =
        flora(
            "bench stock --engines TensorFlow-stock --task inference --batch-size 1 --rounds 1"
                + " --seconds 0.1 --no-progress");
    assertTrue(output.contains("TensorFlow-stock"), output);
  }
}
