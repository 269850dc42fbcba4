package io.github.flora.distribution;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.server.ServeCommand;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the images are made of is there, and enough: no container engine is needed to see that. */
final class ImageTest {

  private static final Path DOCKER = Path.of("").toAbsolutePath();

  /** What runs: jars, and in a build the other modules' folders of classes. */
  static List<Path> classpath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of)
        .toList();
  }

  private static String read(String file) throws IOException {
    return Files.readString(DOCKER.resolve(file));
  }

  private static List<String> find(String regex, String text) {
    return Pattern.compile(regex, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map((MatchResult m) -> m.group(1))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.cuda"})
  void copiesAndStartsWhatAssembleMakes(String file) throws IOException {
    String dockerfile = read(file);
    assertEquals(
        List.of("/opt/flora /opt/java"), find("docker/assemble (.*)$", dockerfile), "assemble");
    assertTrue(Files.isExecutable(DOCKER.resolve("assemble")));

    String assemble = read("assemble");
    List<String> copied = find("^COPY --from=build (\\S+) \\1$", dockerfile);
    assertEquals(5, copied.size(), copied::toString);
    for (String path : copied) {
      String made =
          path.equals("/opt/java") ? "  RUNTIME " : "  " + path.replace("/opt/flora", "HOME");
      assertTrue(assemble.contains("#" + " " + made), path);
    }
    List<String> health = find("^HEALTHCHECK .* CMD \\[\"(\\S+)\"]$", dockerfile);
    assertEquals(List.of("/opt/flora/docker/health"), health);
    List<String> entry = find("^ENTRYPOINT \\[\"(\\S+)\"]$", dockerfile);
    assertEquals(List.of("/opt/flora/flora"), entry);
    for (String program : List.of(health.get(0), entry.get(0))) {
      Path source =
          DOCKER.resolve("..").resolve(Path.of("/opt/flora").relativize(Path.of(program)));
      assertTrue(Files.isExecutable(source), program);
      assertTrue(
          assemble.contains("\"$here/%s\"".formatted(DOCKER.relativize(source.normalize()))),
          program);
    }
  }

  /** Compilers, Maven and sources stay behind. */
  @ParameterizedTest
  @CsvSource({
    "Dockerfile, BASE, debian:bookworm-slim",
    "Dockerfile.cuda, BUILD, nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04",
  })
  void isBuiltElsewhere(String file, String build, String base) throws IOException {
    String dockerfile = read(file);
    assertEquals(
        List.of("${" + build + "} AS build", "${BASE}"), find("^FROM (.*)$", dockerfile), file);
    assertEquals(List.of(base), find("^ARG BASE=(.*)$", dockerfile));
    String packages = dockerfile.substring(dockerfile.lastIndexOf("\nFROM "));
    assertEquals(List.of("fonts-dejavu-core"), find("\\b(fonts-\\S+)", packages), "for charts");
    assertFalse(packages.contains("jdk"), packages);
  }

  /** As it is called, asked and understood. */
  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.cuda"})
  void answersToItsNameOnServesPort(String file) throws IOException {
    String dockerfile = read(file);
    assertEquals(
        List.of("/usr/local/bin/flora"), find("ln -s /opt/flora/flora (\\S+)", dockerfile));
    String port =
        new CommandLine(new ServeCommand()).getCommandSpec().findOption("--port").defaultValue();
    assertEquals(List.of(port), find("^EXPOSE (.*)$", dockerfile));
    assertEquals(List.of("C.UTF-8"), find("\\bLANG=(\\S+)", dockerfile));
  }

  /** DJL has PyTorch for this CUDA, the base has the same, and the build takes no CPU's jars. */
  @Test
  void cudaIsTheSameAllOver() throws IOException {
    String dockerfile = read("Dockerfile.cuda");
    String flavor = find("^ARG PYTORCH_FLAVOR=(\\S+)$", dockerfile).get(0);
    assertEquals(List.of(flavor, flavor), find("\\bPYTORCH_FLAVOR=(\\S+)$", dockerfile));
    String cuda = find("^ARG BASE=nvidia/cuda:(\\d+\\.\\d+)\\.\\d+-cudnn-", dockerfile).get(0);
    assertEquals("cu" + cuda.replace(".", ""), flavor);
    assertEquals(List.of("cuda"), find("\\bmvn .* -P(\\w+) .*package", dockerfile));
    assertTrue(read("../pom.xml").contains("<id>cuda</id>"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.cuda"})
  void runsAsNobodyInParticularAndWritesToItsVolumeOnly(String file) throws IOException {
    String dockerfile = read(file);
    assertEquals(List.of("10001:10001"), find("^USER (.*)$", dockerfile));
    assertEquals(List.of("/workspace"), find("^VOLUME (.*)$", dockerfile));
    assertEquals(List.of("/workspace"), find("^WORKDIR (/workspace)$", dockerfile));
    assertEquals(List.of("/workspace"), find("install -d -m 1777 (\\S+)", dockerfile), "any user");
    assertEquals(List.of("/workspace"), find("\\bDJL_CACHE_DIR=(/workspace)/", dockerfile));
    assertEquals(
        List.of("/opt/flora/natives"), find("\\bENGINE_CACHE_DIR=(\\S+)", dockerfile), "natives");
    assertEquals(List.of("/opt/java"), find("\\bJAVA_HOME=(\\S+)", dockerfile));
  }

  /** The jars whose libraries {@code assemble} unpacks or drops: each pattern fits one of ours. */
  @ParameterizedTest
  @CsvSource({
    "tensorflow-core-native-*-linux-*,"
        + " org/tensorflow/internal/c_api/linux-x86_64/libjnitensorflow.so",
    "onnxruntime-[0-9]*, ai/onnxruntime/native/linux-x64/libonnxruntime.so",
    "jna-[0-9]*, com/sun/jna/linux-x86-64/libjnidispatch.so",
    "pytorch-jni-*, jnilib/linux-x86_64/cpu/libdjl_torch.so",
    "pytorch-native-*, pytorch/cpu/linux-x86_64/libtorch_cpu.so",
  })
  void nativesAreInTheJarsThatAssembleOpens(String pattern, String library) throws IOException {
    String assemble = read("assemble");
    String stem = pattern.endsWith("]*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    assertTrue(
        assemble.contains("    " + pattern + ")") || assemble.contains(stem.replace("*", "")),
        pattern);
    var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern + ".jar");
    List<Path> jars =
        classpath().stream()
            .filter(path -> path.getFileName() != null && matcher.matches(path.getFileName()))
            .toList();
    assertEquals(1, jars.size(), jars::toString);
    if (System.getProperty("os.arch").equals("amd64")
        && System.getProperty("os.name").equals("Linux")) {
      try (ZipFile jar = new ZipFile(jars.get(0).toFile())) {
        assertTrue(jar.getEntry(library) != null, jars.get(0) + " has no " + library);
      }
    }
  }

  /**
   * What each library is told, by the name that its class knows, for it to unpack nothing: where
   * its natives are, or to keep no copies.
   */
  @ParameterizedTest
  @CsvSource({
    "onnxruntime.native.path, $natives/onnxruntime, ai/onnxruntime/OnnxRuntime.class",
    "org.bytedeco.javacpp.cachelibraries, false, org/bytedeco/javacpp/Loader.class",
    "jna.boot.library.path, $natives/jna, com/sun/jna/Native.class",
  })
  void librariesAreToldToUnpackNothing(String property, String value, String user)
      throws IOException {
    String assemble = read("assemble");
    assertEquals(
        List.of(value),
        find("^options\\+=\" -D" + Pattern.quote(property) + "=([^ \"]+)", assemble));
    assertTrue(assemble.contains(" --add-options \"$options\""), "Java takes them");
    try (InputStream in = ImageTest.class.getClassLoader().getResourceAsStream(user)) {
      assertTrue(
          new String(Objects.requireNonNull(in).readAllBytes(), ISO_8859_1).contains(property),
          user);
    }
  }

  /** Jars go into one folder. */
  @Test
  void noTwoJarsHaveTheSameName() {
    List<String> names =
        classpath().stream()
            .map(path -> String.valueOf(path.getFileName()))
            .filter(name -> name.endsWith(".jar"))
            .sorted()
            .toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  /** jdeps on all classes but those that declare modules, since it would look for their friends. */
  @Test
  void theRuntimeHasTheModulesThatClassesNeed(@TempDir Path temp) throws IOException {
    Set<String> chosen =
        find("^modules\\+?=,?(\\S+)$", read("assemble")).stream()
            .flatMap(line -> Arrays.stream(line.split(",")))
            .collect(Collectors.toCollection(TreeSet::new));
    Path classes = temp.resolve("classes");
    for (Path entry : classpath()) {
      if (!isTest(entry)) {
        copyClasses(entry, classes);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(out)) {
      int status =
          ToolProvider.findFirst("jdeps")
              .orElseThrow()
              .run(
                  stream,
                  stream,
                  "--multi-release",
                  "17",
                  "--ignore-missing-deps",
                  "-s",
                  classes.toString());
      assertEquals(0, status, out::toString);
    }
    Set<String> needed =
        new TreeSet<>(find("-> ((?:java|jdk)\\.\\S+)$", out.toString(StandardCharsets.UTF_8)));
    assertTrue(needed.contains("java.desktop"), out::toString);
    // Beyond what classes name: elliptic curves for TLS, found as a service.
    needed.add("jdk.crypto.ec");
    assertEquals(needed, chosen);
  }

  static boolean isTest(Path entry) {
    return entry.endsWith("test-classes")
        || String.valueOf(entry.getFileName())
            .matches("(junit|opentest4j|apiguardian|snakeyaml|surefire).*");
  }

  private static void copyClasses(Path entry, Path to) throws IOException {
    if (Files.isDirectory(entry)) {
      try (Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(ImageTest::isClass).toList()) {
          Path target = to.resolve(entry.relativize(file));
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    } else if (Files.exists(entry)) {
      try (ZipFile jar = new ZipFile(entry.toFile())) {
        List<ZipEntry> entries = new ArrayList<>();
        for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
          entries.add(all.nextElement());
        }
        for (ZipEntry file : entries) {
          Path target = to.resolve(file.getName()).normalize();
          if (target.startsWith(to) && isClass(target) && Files.notExists(target)) {
            Files.createDirectories(target.getParent());
            Files.copy(jar.getInputStream(file), target);
          }
        }
      }
    }
  }

  private static boolean isClass(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".class")
        && !name.equals("module-info.class")
        && !file.toString().contains("META-INF");
  }
}
