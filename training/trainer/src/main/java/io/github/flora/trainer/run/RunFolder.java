package io.github.flora.trainer.run;

import io.github.flora.models.ModelFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of one training run. */
public final class RunFolder implements AutoCloseable {

  /** All that a run writes, and so all that {@code --overwrite} may delete. */
  private static final List<String> CONTENT =
      List.of(
          "history.csv",
          "curves.png",
          "model",
          "checkpoint",
          "evaluation",
          "predictions.png",
          "model.onnx",
          // Last: it is what tells a run's files from foreign ones, should deleting break off.
          "run.json");

  private static final String TENSORBOARD = "events.out.tfevents.";
  private static final String LOCK = ".lock";

  /**
   * Folders that this process trains into, without links. The file lock can't tell: the system
   * holds it for the whole process, and lets go of it as soon as any channel of the file is closed.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final @Nullable Lock lock;

  private RunFolder(Path root, @Nullable Lock lock) {
    this.root = root;
    this.lock = lock;
  }

  private record Lock(Path folder, FileChannel channel) {}

  /**
   * Creates the folder of a new run and keeps other trainings out of it until closed.
   *
   * @param root the folder
   * @param overwrite whether a run that lies there may be replaced
   * @return the folder, empty
   * @throws RunException if it can't be written, holds a run or other files, or is being trained
   *     into
   */
  public static RunFolder create(Path root, boolean overwrite) throws IOException {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new RunException(
          "cannot create the output folder %s: choose another with --output".formatted(root), e);
    }
    // Once before, so that not even a lock is left among foreign files, and once behind the lock.
    refuseForeign(root, content(root));
    RunFolder folder = new RunFolder(root, lock(root));
    try {
      folder.clear(overwrite);
      return folder;
    } catch (IOException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * Opens the folder of a run to train on in it, and keeps other trainings out of it until closed.
   *
   * @param root the folder
   * @return the folder
   * @throws RunException if there is no run in it, or it is being trained into
   */
  public static RunFolder resume(Path root) throws IOException {
    try (RunFolder folder = open(root)) {
      return new RunFolder(folder.root, lock(root));
    }
  }

  private static Lock lock(Path root) throws IOException {
    Path folder = root.toRealPath();
    if (!HELD.add(folder)) {
      throw busy(root);
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new Lock(folder, channel);
      }
    } catch (IOException e) {
      release(folder, channel);
      throw new RunException(
          "cannot write to the output folder %s: choose another with --output".formatted(root), e);
    }
    release(folder, channel);
    throw busy(root);
  }

  private static void release(Path folder, @Nullable FileChannel channel) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HELD.remove(folder);
    }
  }

  private static RunException busy(Path root) {
    return new RunException(
        "another training writes to %s: wait for it or choose another --output".formatted(root));
  }

  private static List<String> content(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private static void refuseForeign(Path root, List<String> found) throws RunException {
    for (String name : found) {
      // Names with a dot in front are our own: the lock, and what a killed process was writing.
      if (!name.startsWith(".") && !found.contains("run.json")) {
        throw new RunException(
            "%s holds files but no run (such as %s): choose an empty or new folder with --output"
                .formatted(root, name));
      }
    }
  }

  private void clear(boolean overwrite) throws IOException {
    List<String> found = content(root);
    refuseForeign(root, found);
    if (!found.contains("run.json")) {
      return;
    }
    if (!overwrite) {
      throw new RunException(
          "%s holds a run already: choose another --output, or --overwrite to replace it"
              .formatted(root));
    }
    for (String name : found) {
      if (name.startsWith(TENSORBOARD)) {
        delete(root.resolve(name));
      }
    }
    // In the order of the list.
    for (String name : CONTENT) {
      delete(root.resolve(name));
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * Opens the folder of a run that exists.
   *
   * @param root the folder
   * @return the folder
   * @throws RunException if there is no run in it
   */
  public static RunFolder open(Path root) throws RunException {
    if (!Files.isDirectory(root)) {
      throw new RunException(
          "%s is not a folder: name the run folder that 'train' printed".formatted(root));
    }
    if (!Files.isRegularFile(root.resolve("run.json"))) {
      throw new RunException(
          "%s has no run.json, so it isn't a run folder: name the one that 'train' printed"
              .formatted(root));
    }
    return new RunFolder(root, null);
  }

  /**
   * Returns the folder itself.
   *
   * @return the path
   */
  public Path root() {
    return root;
  }

  /**
   * Returns the path of the history, a CSV file.
   *
   * @return the path
   */
  public Path history() {
    return root.resolve("history.csv");
  }

  /**
   * Returns the path of the picture of loss and accuracy.
   *
   * @return the path
   */
  public Path curves() {
    return root.resolve("curves.png");
  }

  /**
   * Returns the path of the best weights, a safetensors file.
   *
   * @return the path
   */
  public Path weights() {
    return root.resolve("model").resolve("model.safetensors");
  }

  /**
   * Returns the path of what resuming needs: last weights and optimizer state, a safetensors file.
   *
   * @return the path
   */
  public Path checkpoint() {
    return root.resolve("checkpoint").resolve("checkpoint.safetensors");
  }

  /**
   * Returns the path of a file of the evaluation.
   *
   * @param name the file's name
   * @return the path
   */
  public Path evaluation(String name) {
    return root.resolve("evaluation").resolve(name);
  }

  /**
   * Writes {@code run.json}.
   *
   * @param info its content
   * @throws IOException if it can't be written
   */
  public void write(RunInfo info) throws IOException {
    Json.write(root.resolve("run.json"), info);
  }

  /**
   * Reads {@code run.json}.
   *
   * @return its content
   * @throws IOException if it can't be read
   */
  public RunInfo info() throws IOException {
    return Json.read(root.resolve("run.json"), RunInfo.class);
  }

  /**
   * Adds to {@code run.json} what was done with the run afterwards. Going on with the training
   * drops it, since the weights are others then.
   *
   * @param key what was done
   * @param value a record
   * @throws IOException if {@code run.json} can't be read or written
   */
  public void record(String key, Object value) throws IOException {
    Json.add(root.resolve("run.json"), key, value);
  }

  /** The path of {@code model/model.json}. */
  Path modelInfo() {
    return root.resolve("model").resolve("model.json");
  }

  /**
   * Writes {@code model/model.json}.
   *
   * @param model its content
   * @throws IOException if it can't be written
   */
  public void write(ModelInfo model) throws IOException {
    Json.write(modelInfo(), model);
    ModelFolder.writeServingProperties(root.resolve("model"));
  }

  /**
   * Reads {@code model/model.json}.
   *
   * @return its content
   * @throws IOException if it can't be read
   */
  public ModelInfo model() throws IOException {
    return Json.read(modelInfo(), ModelInfo.class);
  }

  /** Lets other trainings into the folder. The lock's file stays: deleting it would be a race. */
  @Override
  public void close() throws IOException {
    // Once: by the second time another training may hold it.
    if (lock != null && lock.channel().isOpen()) {
      release(lock.folder(), lock.channel());
    }
  }
}
