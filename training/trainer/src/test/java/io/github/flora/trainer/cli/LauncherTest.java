package io.github.flora.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a house of cards: a copy of it, a fake Java and a fake Maven. */
final class LauncherTest {

  /**
   * All that the launcher calls; PATH has nothing else, so that neither Java nor Maven is there.
   */
  private static final List<String> TOOLS =
      List.of("dirname", "readlink", "find", "cat", "rm", "flock");

  private static final Instant EARLIER = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path temp;
  private Path home;
  private Path bin;
  private Path jdk;
  private String bash = "";

  private record Ended(int status, List<String> out, String err) {}

  @BeforeEach
  void build() throws IOException {
    Path launcher = Path.of("../../flora").toAbsolutePath().normalize();
    assertTrue(Files.isExecutable(launcher), launcher::toString);
    bin = Files.createDirectories(temp.resolve("bin"));
    bash = String.valueOf(find("bash"));
    assumeTrue(bash.startsWith("/"), "the launcher is a script for bash, which isn't here");
    for (String tool : TOOLS) {
      Path found = find(tool);
      if (found != null) {
        script(bin.resolve(tool), "exec " + found + " \"$@\"\n");
      }
    }
    home = temp.resolve("flora house");
    Path target = Files.createDirectories(home.resolve("docker/target"));
    Files.copy(launcher, home.resolve("flora"));
    Files.createDirectories(home.resolve("training/data/src/main"));
    Files.createDirectories(home.resolve("inference/export/src/main"));
    Files.createDirectories(home.resolve("engine-bench/src/main"));
    for (String source :
        List.of(
            "pom.xml",
            "docker/pom.xml",
            "engine-bench/pom.xml",
            "engine-bench/src/main/A.java",
            "inference/export/pom.xml",
            "inference/export/src/main/A.java",
            "training/data/pom.xml",
            "training/data/src/main/A.java")) {
      Files.writeString(home.resolve(source), "source");
      touch(home.resolve(source), EARLIER);
    }
    Files.writeString(target.resolve("classpath"), "/lib/a.jar:/lib/b.jar");
    touch(target.resolve("classpath"), EARLIER.plusSeconds(10));
    jdk = temp.resolve("jdk");
    script(
        jdk.resolve("bin/java"),
        """
        for a in "$@"; do echo "arg $a"; done
        for v in DJL_DEFAULT_ENGINE OMP_WAIT_POLICY GOMP_SPINCOUNT GLIBC_TUNABLES OPT_OUT_TRACKING; do
          echo "env $v=${!v-unset}"
        done
        exit 7
        """);
  }

  private static @Nullable Path find(String tool) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private static void touch(Path file, Instant time) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(time));
  }

  private void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!" + bash + "\n" + text);
    assertTrue(file.toFile().setExecutable(true));
  }

  /** A Maven that says how it was called and does what the build would. */
  private void maven(int status) throws IOException {
    script(
        bin.resolve("mvn"),
        """
        echo "mvn in $PWD: $*" >> "%s"
        [ %d = 0 ] && echo /lib/new.jar > docker/target/classpath
        exit %d
        """
            .formatted(temp.resolve("calls"), status, status));
  }

  private List<String> calls() throws IOException {
    Path calls = temp.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private Ended launch(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(bash, home.resolve("flora").toString()));
    command.addAll(List.of(arguments));
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temp.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> out;
    try (Stream<String> lines = process.inputReader(UTF_8).lines()) {
      out = lines.toList();
    }
    return new Ended(process.waitFor(), out, Files.readString(err));
  }

  private static List<String> arguments(Ended ended) {
    return ended.out().stream()
        .filter(line -> line.startsWith("arg "))
        .map(line -> line.substring(4))
        .toList();
  }

  /** Options for Java are those before {@code -cp}. */
  private static List<String> javaOptions(Ended ended) {
    List<String> arguments = arguments(ended);
    return arguments.subList(0, arguments.indexOf("-cp"));
  }

  @Test
  void runsWithWhatWasBuilt() throws Exception {
    maven(0);
    Ended ended = launch(Map.of(), "train", "mnist-mlp", "--output", "a b");
    assertEquals(7, ended.status(), "the status of Java");
    assertEquals("", ended.err());
    List<String> arguments = arguments(ended);
    int at = arguments.indexOf("-cp");
    assertEquals(
        List.of(
            "-cp",
            "/lib/a.jar:/lib/b.jar",
            "io.github.flora.trainer.cli.Main",
            "train",
            "mnist-mlp",
            "--output",
            "a b"),
        arguments.subList(at, arguments.size()));
    assertTrue(javaOptions(ended).contains("-Djava.awt.headless=true"), arguments::toString);
    assertTrue(javaOptions(ended).contains("-Dflora.terminal=false"), arguments::toString);
    assertEquals(List.of(), calls(), "nothing to build");
  }

  /** How recipes of one's own come in. */
  @Test
  void takesMoreClasses() throws Exception {
    maven(0);
    Ended ended = launch(Map.of("FLORA_CLASSPATH", "/my recipes/a.jar:/classes"), "info");
    List<String> arguments = arguments(ended);
    assertTrue(
        arguments
            .get(arguments.indexOf("-cp") + 1)
            .endsWith(":/lib/b.jar:/my recipes/a.jar:/classes"),
        ended::toString);
  }

  @Test
  void worksThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), home.resolve("flora"));
    home = Files.createDirectories(temp.resolve("elsewhere"));
    Files.move(link, home.resolve("flora"));
    Ended ended = launch(Map.of(), "info");
    assertTrue(arguments(ended).contains("/lib/a.jar:/lib/b.jar"), ended::toString);
  }

  @Test
  void passesPropertiesToJavaAndTheRestToFlora() throws Exception {
    Ended ended =
        launch(Map.of(), "-Da.b=c d", "-Dai.djl.default_engine=TensorFlow", "models", "-Dnot=mine");
    List<String> options = javaOptions(ended);
    assertTrue(options.contains("-Da.b=c d"), options::toString);
    assertTrue(options.contains("-Dai.djl.default_engine=TensorFlow"), options::toString);
    List<String> arguments = arguments(ended);
    assertEquals(
        List.of("models", "-Dnot=mine"), arguments.subList(arguments.size() - 2, arguments.size()));
  }

  @Test
  void turnsDjlsVariableIntoTheProperty() throws Exception {
    Ended ended = launch(Map.of("DJL_DEFAULT_ENGINE", "tensorflow"), "info");
    assertTrue(javaOptions(ended).contains("-Dai.djl.default_engine=tensorflow"), ended::toString);
    assertTrue(ended.out().contains("env DJL_DEFAULT_ENGINE=unset"), ended::toString);
  }

  @Test
  void thePropertyOverrulesDjlsVariable() throws Exception {
    Ended ended =
        launch(
            Map.of("DJL_DEFAULT_ENGINE", "tensorflow"), "-Dai.djl.default_engine=PyTorch", "info");
    List<String> engines =
        javaOptions(ended).stream().filter(o -> o.contains("default_engine")).toList();
    assertEquals(List.of("-Dai.djl.default_engine=PyTorch"), engines);
    assertTrue(ended.out().contains("env DJL_DEFAULT_ENGINE=unset"), ended::toString);
  }

  @Test
  void keepsWaitingThreadsFromSpinning() throws Exception {
    Ended ended = launch(Map.of(), "info");
    assertTrue(ended.out().contains("env OMP_WAIT_POLICY=PASSIVE"), ended::toString);
    assertTrue(ended.out().contains("env GOMP_SPINCOUNT=1000"), ended::toString);
    Ended chosen = launch(Map.of("OMP_WAIT_POLICY", "ACTIVE"), "info");
    assertTrue(chosen.out().contains("env OMP_WAIT_POLICY=ACTIVE"), chosen::toString);
    assertTrue(chosen.out().contains("env GOMP_SPINCOUNT=unset"), chosen::toString);
  }

  @Test
  void keepsFreedMemoryFromStepToStep() throws Exception {
    Ended ended = launch(Map.of(), "info");
    assertTrue(
        ended.out().stream()
            .anyMatch(line -> line.startsWith("env GLIBC_TUNABLES=glibc.malloc.arena_max=1:")),
        ended::toString);
    Ended chosen = launch(Map.of("GLIBC_TUNABLES", "glibc.malloc.check=0"), "info");
    assertTrue(chosen.out().contains("env GLIBC_TUNABLES=glibc.malloc.check=0"), chosen::toString);
  }

  @Test
  void reportsHomeToNobody() throws Exception {
    assertTrue(launch(Map.of(), "info").out().contains("env OPT_OUT_TRACKING=true"));
  }

  /** What a server keeps is small: Java collects what it threw away, not only once that is much. */
  @Test
  void aServerStartsWithASmallHeap() throws Exception {
    String small = "-XX:InitialRAMPercentage=0.3";
    assertTrue(javaOptions(launch(Map.of(), "serve", "run")).contains(small));
    assertFalse(javaOptions(launch(Map.of(), "train", "mnist-mlp")).contains(small));
  }

  @Test
  void javaOptsAreAListOfWords() throws Exception {
    Ended ended = launch(Map.of("JAVA_OPTS", "-Xmx1g  -Dx=y"), "info");
    List<String> options = javaOptions(ended);
    assertTrue(options.containsAll(List.of("-Xmx1g", "-Dx=y")), options::toString);
    assertFalse(options.contains(""), options::toString);
  }

  @Test
  void takesJavaFromThePath() throws Exception {
    Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));
    Ended ended = launch(Map.of("JAVA_HOME", ""), "info");
    assertEquals(7, ended.status(), ended::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/nowhere"})
  void withoutJavaItSaysWhatToInstall(String javaHome) throws Exception {
    Ended ended = launch(Map.of("JAVA_HOME", javaHome), "info");
    assertEquals(1, ended.status());
    assertEquals(
        "flora: no Java found: install a JDK 17 or newer, or set JAVA_HOME\n", ended.err());
    assertEquals(List.of(), ended.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "docker/pom.xml",
        "engine-bench/pom.xml",
        "engine-bench/src/main/A.java",
        "inference/export/pom.xml",
        "training/data/pom.xml",
        "training/data/src/main/A.java"
      })
  void buildsWhenASourceIsNewer(String source) throws Exception {
    maven(0);
    touch(home.resolve(source), EARLIER.plusSeconds(20));
    Ended ended = launch(Map.of("MAVEN_OPTS", "-Dx"), "info");
    assertEquals(1, calls().size());
    assertTrue(calls().get(0).startsWith("mvn in " + home + ": "), calls()::toString);
    assertTrue(calls().get(0).endsWith(" package"), calls()::toString);
    assertTrue(calls().get(0).contains("-Dmaven.test.skip=true"), calls()::toString);
    assertTrue(ended.err().startsWith("flora: building; the first time this downloads about"));
    assertTrue(arguments(ended).stream().anyMatch(a -> a.equals("/lib/new.jar")), ended::toString);
    // The second time there is nothing to do.
    assertEquals("", launch(Map.of(), "info").err());
    assertEquals(1, calls().size());
  }

  @Test
  void buildsWhenNothingIsThere() throws Exception {
    maven(0);
    Files.delete(home.resolve("docker/target/classpath"));
    assertEquals(7, launch(Map.of(), "info").status());
    assertEquals(1, calls().size());
  }

  /** Output of the build mustn't get into what a command prints, such as JSON. */
  @Test
  void theBuildIsQuietOnStandardOutput() throws Exception {
    maven(0);
    Files.writeString(
        bin.resolve("mvn"),
        Files.readString(bin.resolve("mvn")).replaceFirst("\necho", "\necho noise\necho"));
    Files.delete(home.resolve("docker/target/classpath"));
    Ended ended = launch(Map.of(), "info");
    assertFalse(ended.out().contains("noise"), ended::toString);
    assertTrue(ended.err().contains("noise"), ended::toString);
  }

  /** A container has what the build made, not the sources. */
  @Test
  void withoutSourcesItRunsWhatIsThere() throws Exception {
    maven(0);
    touch(home.resolve("training/data/pom.xml"), EARLIER.plusSeconds(20));
    Files.delete(home.resolve("pom.xml"));
    Ended ended = launch(Map.of(), "info");
    assertEquals(7, ended.status());
    assertEquals(List.of(), calls());
    assertFalse(Files.exists(home.resolve(".build-lock")), "the folder may be read-only");
  }

  @Test
  void temporaryFilesGoWhereOneCanWrite() throws Exception {
    assertTrue(javaOptions(launch(Map.of(), "info")).contains("-Djava.io.tmpdir=/tmp"));
    String own = Files.createDirectories(temp.resolve("tmp")).toString();
    assertTrue(
        javaOptions(launch(Map.of("TMPDIR", own), "info")).contains("-Djava.io.tmpdir=" + own));
    // In a read-only container this is what is left.
    assertTrue(
        javaOptions(launch(Map.of("TMPDIR", "/nowhere"), "info"))
            .contains("-Djava.io.tmpdir=" + temp.toRealPath()));
  }

  @Test
  void withoutMavenItSaysWhatToInstall() throws Exception {
    Files.delete(home.resolve("docker/target/classpath"));
    Ended ended = launch(Map.of(), "info");
    assertEquals(1, ended.status());
    assertEquals("flora: Maven is needed to build: install Maven 3.8 or newer\n", ended.err());
  }

  @Test
  void aBuildThatFailsIsTriedAgain() throws Exception {
    maven(1);
    touch(home.resolve("pom.xml"), EARLIER.plusSeconds(20));
    Ended ended = launch(Map.of(), "info");
    assertEquals(1, ended.status());
    assertTrue(ended.err().contains("flora: the build failed"), ended.err());
    assertEquals(List.of(), ended.out(), "Java doesn't run on half a build");
    launch(Map.of(), "info");
    assertEquals(2, calls().size());
  }
}
