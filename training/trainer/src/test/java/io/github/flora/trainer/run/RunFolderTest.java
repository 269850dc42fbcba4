package io.github.flora.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.SmallData;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunFolderTest {

  @TempDir Path temp;
  private Path root;

  @BeforeEach
  void name() {
    root = temp.resolve("runs/one");
  }

  private static String refused(Path root, boolean overwrite) {
    return String.valueOf(
        assertThrows(RunException.class, () -> RunFolder.create(root, overwrite).close())
            .getMessage());
  }

  private Path finishedRun() throws IOException {
    try (RunFolder folder = RunFolder.create(root, false)) {
      Files.writeString(folder.root().resolve("run.json"), "{}");
      Files.createDirectories(folder.weights().getParent());
      Files.writeString(folder.weights(), "weights");
      Files.writeString(folder.history(), "history");
      Files.createDirectories(folder.evaluation("report.json").getParent());
      Files.writeString(folder.evaluation("report.json"), "report");
    }
    return root;
  }

  @Test
  void createsTheFolderAndThoseAbove() throws IOException {
    try (RunFolder folder = RunFolder.create(root, false)) {
      assertEquals(root, folder.root());
      assertTrue(Files.isDirectory(root));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesAnEmptyFolder(boolean overwrite) throws IOException {
    Files.createDirectories(root);
    RunFolder.create(root, overwrite).close();
    // Again, over the lock's file that the first left.
    RunFolder.create(root, overwrite).close();
  }

  @Test
  void anExistingRunIsKept() throws IOException {
    List<String> before = SmallData.files(finishedRun());
    assertEquals(
        root + " holds a run already: choose another --output, or --overwrite to replace it",
        refused(root, false));
    assertEquals(before, SmallData.files(root));
    assertEquals("weights", Files.readString(root.resolve("model/model.safetensors")));
  }

  @Test
  void overwriteReplacesTheRunAndNothingElse() throws IOException {
    Path note = finishedRun().resolve("note.txt");
    Files.writeString(note, "mine");
    RunFolder.create(root, true).close();
    assertEquals(List.of(".lock", "note.txt"), SmallData.files(root));
  }

  /** Every file that a run's classes can write goes when the run is replaced. */
  @Test
  void overwriteKnowsAllThatARunWrites() throws IOException {
    try (RunFolder folder = RunFolder.open(finishedRun())) {
      for (Path file :
          List.of(
              folder.history(),
              folder.curves(),
              folder.weights(),
              folder.checkpoint(),
              root.resolve("events.out.tfevents.1.host"),
              folder.evaluation("mistakes.png"))) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
      }
    }
    RunFolder.create(root, true).close();
    assertEquals(List.of(".lock"), SmallData.files(root));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void foreignFilesAreRefusedAndStay(boolean overwrite) throws IOException {
    Files.createDirectories(root.resolve("model"));
    Files.writeString(root.resolve("model/model.safetensors"), "mine");
    assertEquals(
        root
            + " holds files but no run (such as model): choose an empty or new folder with"
            + " --output",
        refused(root, overwrite));
    assertEquals(List.of("model/model.safetensors"), SmallData.files(root));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "file/below"})
  void aPathThatCannotBeAFolderIsRefused(String name) throws IOException {
    Files.writeString(temp.resolve("file"), "mine");
    Path path = temp.resolve(name);
    assertEquals(
        "cannot create the output folder %s: choose another with --output".formatted(path),
        refused(path, true));
    assertEquals("mine", Files.readString(temp.resolve("file")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneTrainingAtATime(boolean overwrite) throws IOException {
    try (RunFolder first = RunFolder.create(root, false)) {
      Files.writeString(first.root().resolve("run.json"), "{}");
      assertEquals(busy(), refused(root, overwrite));
      assertEquals("{}", Files.readString(root.resolve("run.json")));
    }
    RunFolder.create(root, true).close();
  }

  @Test
  void oneTrainingAtATimeByAnyName() throws IOException {
    Files.createDirectories(root);
    Path alias = Files.createSymbolicLink(temp.resolve("alias"), root);
    try (RunFolder first = RunFolder.create(root, false)) {
      assertEquals(root, first.root());
      assertTrue(refused(alias, true).startsWith("another training writes to "));
    }
    RunFolder.create(alias, true).close();
  }

  @Test
  void anotherProcessKeepsThisOneOut() throws Exception {
    Process other = start();
    try (BufferedReader answers = other.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("holds " + root, answers.readLine());
      assertEquals(busy(), refused(root, true));
      // Killed, not closed: the system lets go of the lock.
      other.destroyForcibly().waitFor();
      RunFolder.create(root, true).close();
    } finally {
      other.destroyForcibly();
    }
  }

  /** Also after an attempt of this process that was refused. */
  @Test
  void thisProcessKeepsAnotherOut() throws Exception {
    try (RunFolder first = RunFolder.create(root, false)) {
      assertEquals(root, first.root());
      assertEquals(busy(), refused(root, false));
      Process other = start();
      try (BufferedReader answers = other.inputReader(StandardCharsets.UTF_8)) {
        assertEquals(busy(), answers.readLine());
        assertEquals(0, other.waitFor());
      } finally {
        other.destroyForcibly();
      }
    }
  }

  private String busy() {
    return "another training writes to %s: wait for it or choose another --output".formatted(root);
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LockHolder.class.getName(),
            root.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void opensOnlyARun() throws IOException {
    assertEquals(
        root + " is not a folder: name the run folder that 'train' printed",
        assertThrows(RunException.class, () -> RunFolder.open(root)).getMessage());
    Files.createDirectories(root);
    assertEquals(
        root + " has no run.json, so it isn't a run folder: name the one that 'train' printed",
        assertThrows(RunException.class, () -> RunFolder.open(root)).getMessage());
    try (RunFolder folder = RunFolder.open(finishedRun())) {
      assertEquals(root, folder.root());
    }
  }
}
