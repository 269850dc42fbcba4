package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can go wrong ends with status 1 or 2 and one line that names the cause and the way out;
 * nothing is lost and nothing is left.
 */
final class BadInputTest {

  @TempDir static Path shared;
  private static Path data;
  private static Path file;
  private static Path run;

  @TempDir Path temp;

  @BeforeAll
  static void trainOnce() throws IOException {
    data = SmallData.write(shared.resolve("data"), 120, 40);
    file = Files.writeString(shared.resolve("file"), "a regular file");
    run = shared.resolve("run");
    Cli.run(
            "train",
            "mnist-mlp",
            "--data",
            data.toString(),
            "--output",
            run.toString(),
            "--epochs",
            "1")
        .succeeded();
  }

  /** The content of every file below a folder. */
  private static Map<String, Integer> snapshot(Path folder) throws IOException {
    Map<String, Integer> content = new TreeMap<>();
    for (String name : SmallData.files(folder)) {
      content.put(name, Arrays.hashCode(Files.readAllBytes(folder.resolve(name))));
    }
    return content;
  }

  /** Puts paths for the names in braces. */
  private String fill(String arguments) {
    return arguments
        .replace("{data}", data.toString())
        .replace("{file}", file.toString())
        .replace("{run}", run.toString())
        .replace("{temp}", temp.toString());
  }

  private String fails(int status, String arguments) throws IOException {
    Map<String, Integer> before = snapshot(shared);
    String line = Cli.line(fill(arguments)).failed(status);
    assertEquals(before, snapshot(shared), "nothing is lost");
    return line;
  }

  /** With the run of before as output: it has to survive, --overwrite or not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mnist-resnet | no recipe named 'mnist-resnet'; there are: mnist-mlp, mnist-cnn",
        "mnist-mlp --engine mxnet | no engine named 'mxnet' (from --engine); on the classpath:"
            + " OnnxRuntime, PyTorch, TensorFlow",
        "mnist-mlp --engine onnxruntime | OnnxRuntime can't train; engines that can: PyTorch,"
            + " TensorFlow",
        "mnist-mlp --device tpu | no device named 'tpu'; known are: auto, cpu, gpu, gpu0",
        "mnist-mlp --device gpu99 | no device gpu99: PyTorch sees",
        "mnist-mlp --engine tensorflow --device gpu99 | no device gpu99: TensorFlow sees",
        "mnist-mlp --model vgg | no model named 'vgg'; there are: mlp, cnn, lenet5",
        "mnist-mlp --batch-norm | model 'mlp' has no batch normalisation",
        "mnist-lenet5 --dropout 0.5 | model 'lenet5' has no dropout",
        "mnist-mlp --epochs 0 | --epochs is 0 but has to be at least 1",
        "mnist-mlp --epochs many | Invalid value for option '--epochs'",
        "mnist-mlp --batch-size 0 | --batch-size is 0 but has to be at least 1",
        "mnist-mlp --optimizer lion | --optimizer is lion but has to be one of adam, adamw, sgd",
        "mnist-mlp --schedule fast | --schedule is fast but has to be one of constant, cosine, step",
        "mnist-mlp --warmup-epochs 5 | --warmup-epochs is 5 but has to be at least 0 and below",
        "mnist-mlp --patience -1 | --patience is -1 but has to be at least 0",
        "mnist-mlp --weight-decay -1 | --weight-decay is -1.0 but has to be at least 0",
        "mnist-mlp --clip-norm -1 | --clip-norm is -1.0 but has to be at least 0",
        "mnist-mlp --label-smoothing 1 | --label-smoothing is 1.0 but has to be at least 0 and",
        "mnist-mlp --class-weights some | --class-weights is some but has to be balanced or none",
        "mnist-mlp --class-sampling even | --class-sampling is even but has to be balanced or none",
        "mnist-mlp --class-sampling balanced --class-weights balanced | --class-weights and"
            + " --class-sampling would balance twice: choose one",
        "mnist-mlp --mixup -0.2 | --mixup is -0.2 but has to be 0 or at least 1.0E-6",
        "mnist-mlp --mixup some | Invalid value for option '--mixup'",
        "mnist-mlp --early-stopping -1 | --early-stopping is -1 but has to be at least 0",
        "mnist-mlp --monitor f1 | Invalid value for option '--monitor'",
        "mnist-mlp --learning-rate -1 | --learning-rate is -1.0 but has to be above 0",
        "mnist-mlp --learning-rate NaN | --learning-rate is NaN but has to be above 0",
        "mnist-mlp --validation-split 1.5 | --validation-split is 1.5 but has to be at least 0 and",
        "mnist-mlp --validate-every 0 | --validate-every is 0 but has to be at least 1",
        "mnist-mlp --dropout 1 | --dropout is 1.0 but has to be at least 0 and below 1",
        "mnist-mlp --threads 0 | --threads is 0 but has to be 1 to 1024",
        "mnist-mlp --threads 99999 | --threads is 99999 but has to be 1 to 1024",
        "mnist-mlp --fast | Unknown option: '--fast'",
        "mnist-mlp mnist-cnn | Unmatched argument at index",
        "'' | name a recipe: one of mnist-mlp, mnist-cnn, mnist-lenet5",
      })
  void wrongUsageOfTrain(String arguments, String message) throws IOException {
    String line = fails(2, "train " + arguments + " --data {data} --output {run} --overwrite");
    assertTrue(line.startsWith("flora: " + message), line);
  }

  /** The machine of a test may have a GPU; then there is nothing to refuse. */
  @ParameterizedTest
  @CsvSource({"PyTorch", "TensorFlow"})
  void aGpuThatIsNotThere(String engine) throws IOException {
    int gpus = SmallData.engine(engine).getGpuCount();
    String device = gpus == 0 ? "gpu" : "gpu" + gpus;
    for (String command :
        List.of("train mnist-mlp --data {data} --output {temp}/none", "evaluate {run}")) {
      String line = fails(2, "%s --engine %s --device %s".formatted(command, engine, device));
      assertTrue(line.startsWith("flora: no device %s: %s sees".formatted(device, engine)), line);
      assertTrue(line.contains("; use --device cpu, or install the GPU's driver and"), line);
      assertTrue(Files.notExists(temp.resolve("none")), "nothing is begun");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data {file} | isn't a folder; get the four IDX files from",
        "--data {file}/below | doesn't exist or can't be read; get the four IDX files from",
        "--data {temp}/none | doesn't exist or can't be read; get the four IDX files from",
        "--data {temp} | has no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz; get",
      })
  void dataThatCannotBeRead(String arguments, String message) throws IOException {
    String line = fails(1, "train mnist-mlp --output {run} --overwrite " + arguments);
    assertTrue(line.startsWith("flora: MNIST: ") && line.contains(message), line);
    assertTrue(line.contains("--data"), line);
  }

  /** Of another network, cut short, and none at all. */
  @ParameterizedTest
  @ValueSource(strings = {"other", "truncated", "text"})
  void weightsThatAreRefused(String kind) throws IOException {
    Path weights = temp.resolve(kind + ".safetensors");
    byte[] whole = Files.readAllBytes(run.resolve("model/model.safetensors"));
    byte[] bytes = kind.equals("other") ? whole : Arrays.copyOf(whole, whole.length / 2);
    Files.write(weights, kind.equals("text") ? "none".getBytes(StandardCharsets.UTF_8) : bytes);
    String line =
        fails(
            1, "train mnist-cnn --output {run} --overwrite --data {data} --pretrained " + weights);
    assertTrue(line.startsWith("flora: " + weights), line);
  }

  /** Damages a copy of the data. */
  private Path copyOfData() throws IOException {
    Path copy = Files.createDirectories(temp.resolve("copy"));
    for (String name : SmallData.files(data)) {
      Files.copy(data.resolve(name), copy.resolve(name));
    }
    return copy;
  }

  private String failsToLearnFrom(Path copy) throws IOException {
    return fails(1, "train mnist-mlp --output {run} --overwrite --data " + copy);
  }

  @ParameterizedTest
  @CsvSource({
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz"
  })
  void aTruncatedDownload(String name) throws IOException {
    Path broken = copyOfData().resolve(name);
    byte[] whole = Files.readAllBytes(broken);
    Files.write(broken, Arrays.copyOf(whole, whole.length / 2));
    String line = failsToLearnFrom(temp.resolve("copy"));
    assertTrue(line.startsWith("flora: " + broken + " is truncated: "), line);
    assertTrue(line.endsWith("; get it anew"), line);
  }

  @Test
  void swappedFiles() throws IOException {
    Path copy = copyOfData();
    Path images = copy.resolve("train-images-idx3-ubyte.gz");
    Path labels = copy.resolve("train-labels-idx1-ubyte.gz");
    Files.move(images, temp.resolve("images"));
    Files.move(labels, images);
    Files.move(temp.resolve("images"), labels);
    String line = failsToLearnFrom(copy);
    assertTrue(line.endsWith("are the two files swapped?"), line);
  }

  @Test
  void imagesAndLabelsOfDifferentParts() throws IOException {
    Path copy = copyOfData();
    Files.delete(copy.resolve("train-labels-idx1-ubyte.gz"));
    Files.move(
        copy.resolve("t10k-labels-idx1-ubyte.gz"), copy.resolve("train-labels-idx1-ubyte.gz"));
    String line = failsToLearnFrom(copy);
    assertTrue(line.contains("120 images") && line.contains("40 labels"), line);
  }

  @Test
  void anExistingRunIsKeptUnlessToldOtherwise() throws IOException {
    String line = fails(1, "train mnist-mlp --data {data} --output {run}");
    assertEquals(
        "flora: "
            + run
            + " holds a run already: choose another --output, or --overwrite to replace it",
        line);
  }

  @ParameterizedTest
  @CsvSource({"''", "--overwrite"})
  void foreignFilesAreKept(String overwrite) throws IOException {
    Files.writeString(temp.resolve("thesis.txt"), "years of work");
    String line = fails(1, "train mnist-mlp --data {data} --output {temp} " + overwrite);
    assertTrue(line.contains("holds files but no run (such as thesis.txt)"), line);
    assertEquals("[thesis.txt]", SmallData.files(temp).toString());
  }

  @ParameterizedTest
  @CsvSource({"{file}", "{file}/below"})
  void anOutputThatCannotBeWritten(String output) throws IOException {
    String line = fails(1, "train mnist-mlp --data {data} --output " + output);
    assertEquals(
        fill("flora: cannot create the output folder %s: choose another with --output")
            .formatted(fill(output)),
        line);
  }

  @Test
  void anotherTrainingUnderWay() throws IOException {
    Path output = temp.resolve("busy");
    try (RunFolder other = RunFolder.create(output, false)) {
      Files.writeString(other.root().resolve("run.json"), "{}");
      String line = fails(1, "train mnist-mlp --data {data} --overwrite --output " + output);
      assertEquals(
          "flora: another training writes to %s: wait for it or choose another --output"
              .formatted(output),
          line);
      assertEquals("{}", Files.readString(output.resolve("run.json")));
    }
  }

  @Test
  void aRateThatDiverges() throws IOException {
    Path output = temp.resolve("wild");
    String line =
        fails(
            1,
            "train mnist-mlp --data {data} --batch-size 16 --learning-rate 1e30 --output "
                + output);
    assertEquals(
        "flora: the loss is no longer a number in epoch 1: try a smaller --learning-rate (now"
            + " 1.0E30)",
        line);
    assertTrue(Files.readString(output.resolve("run.json")).contains("\"status\": \"failed\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "evaluate | 2 | Missing required parameter: 'RUN'",
        "evaluate {temp} | 1 | {temp} has no run.json, so it isn't a run folder: name the one",
        "evaluate {file} | 1 | {file} is not a folder: name the run folder that 'train' printed",
        "evaluate {temp}/none | 1 | {temp}/none is not a folder: name the run folder that 'train'",
        "evaluate {run} --data {file}/x | 1 | MNIST: {file}/x doesn't exist or can't be read; get",
        "evaluate {run} --engine mxnet | 2 | no engine named 'mxnet' (from --engine)",
        "evaluate {run} --device gpu99 | 2 | no device gpu99: PyTorch sees",
        "evaluate {run} --engine TENSORFLOW --device gpu99 | 2 | no device gpu99: TensorFlow sees",
        "evaluate {run} --threads 0 | 2 | --threads is 0 but has to be 1 to 1024",
        "predict {temp} --test 0 | 1 | {temp} has no run.json, so it isn't a run folder: name the",
        "predict {run} | 2 | name image files, or test images with --test; one of both",
        "predict {run} --test 99999 | 2 | --test 99999: mnist has test images 0 to 39",
        "predict {run} --test -1 | 2 | --test -1: mnist has test images 0 to 39",
        "predict {run} --test 0,x | 2 | Invalid value for option '--test'",
        "predict {run} --test 0 --top 0 | 2 | --top is 0 but has to be at least 1",
        "predict {run} --test 0 --output {file}/x.png | 1 | can't write {file}/x.png: {file} is in",
        "models vgg | 2 | no model named 'vgg'; there are: mlp, cnn, lenet5",
        "models mlp --classes 0 | 2 | classes must be at least 1, not 0",
        "models mlp --batch-norm | 2 | model 'mlp' has no batch normalisation",
        "info --engine mxnet | 2 | no engine named 'mxnet' (from --engine)",
        "fly | 2 | Unmatched argument at index 0: 'fly'",
      })
  void wrongUseOfTheOtherCommands(String arguments, int status, String message) throws IOException {
    String line = fails(status, arguments);
    assertTrue(line.startsWith("flora: " + fill(message)), line);
  }

  /** A copy of the run to damage. */
  private Path copyOfRun() throws IOException {
    Path copy = temp.resolve("damaged");
    for (String name : SmallData.files(run)) {
      Path target = copy.resolve(name);
      Files.createDirectories(target.getParent());
      Files.copy(run.resolve(name), target);
    }
    return copy;
  }

  @ParameterizedTest
  @CsvSource({"evaluate", "predict --test 0"})
  void aRunWithoutModel(String command) throws IOException {
    Path copy = copyOfRun();
    Files.delete(copy.resolve("model/model.safetensors"));
    String line = fails(1, command + " " + copy);
    assertEquals(
        "flora: %s has no model (model/model.safetensors is missing): its training ended before"
                .formatted(copy)
            + " the first epoch was done",
        line);
    assertFalse(Files.exists(copy.resolve("evaluation")));
  }

  @ParameterizedTest
  @CsvSource({"evaluate,0", "evaluate,100", "evaluate,1000000", "predict --test 0,1000000"})
  void truncatedWeights(String command, int length) throws IOException {
    Path copy = copyOfRun();
    Path weights = copy.resolve("model/model.safetensors");
    Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), length));
    String line = fails(1, command + " " + copy);
    assertTrue(line.contains(weights.toString()), line);
    assertFalse(Files.exists(copy.resolve("evaluation")));
  }

  @Test
  void weightsOfAnotherShape() throws IOException {
    Path copy = copyOfRun();
    Path json = copy.resolve("model/model.json");
    Files.writeString(
        json, Files.readString(json).replace("\"network\": \"mlp\"", "\"network\": \"cnn\""));
    String line = fails(1, "evaluate " + copy);
    assertTrue(
        line.startsWith(
            "flora: " + copy.resolve("model/model.safetensors") + ": doesn't fit the model: "),
        line);
  }

  @ParameterizedTest
  @CsvSource({"run.json", "model/model.json"})
  void aDamagedDescription(String name) throws IOException {
    Path copy = copyOfRun();
    Path json = copy.resolve(name);
    Files.writeString(json, "{\"status\": \"do");
    String line = fails(1, "evaluate " + copy);
    assertTrue(line.startsWith("flora: " + json + " is damaged ("), line);
    assertTrue(line.endsWith("train again or restore it"), line);
  }

  @Test
  void resumeTakesNoRecipe() throws IOException {
    String line = fails(2, fill("train mnist-cnn --resume {run}"));
    assertTrue(line.startsWith("flora: 'mnist-cnn' can't be given with --resume"), line);
  }

  @Test
  void resumeWithoutARun() throws IOException {
    String line = fails(1, "train --resume {temp}");
    assertTrue(line.startsWith(fill("flora: {temp} has no run.json")), line);
  }

  @ParameterizedTest
  @CsvSource({
    "train mnist-resnet --debug",
    "--debug train mnist-resnet",
    "evaluate {file} --debug",
    "predict {run} --test 99999 --debug",
  })
  void debugShowsWhereItCameFrom(String arguments) {
    Cli cli = Cli.line(fill(arguments));
    assertTrue(cli.status() == 1 || cli.status() == 2, cli::toString);
    assertTrue(cli.err().startsWith("flora: "), cli::toString);
    assertTrue(cli.err().contains("\tat io.github.flora."), cli::toString);
  }
}
