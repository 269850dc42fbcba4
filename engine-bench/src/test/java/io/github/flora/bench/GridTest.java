package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Task;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is measured unless told otherwise. */
final class GridTest {

  private static Grid grid(String... arguments) throws IOException {
    BenchCommand command = new BenchCommand();
    CommandLine line = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
    CommandLine.ParseResult unused = line.parseArgs(arguments);
    return command.grid();
  }

  @Test
  void quickIsThreeEnginesThreeModelsAndTwoBatchSizes() throws IOException {
    Grid grid = grid("--quick");
    assertEquals(
        List.of(Contender.PYTORCH, Contender.TENSORFLOW, Contender.ONNXRUNTIME), grid.engines());
    assertEquals(
        List.of("mnist-mlp", "mnist-cnn", "resnet18"),
        grid.subjects().stream().map(Grid.Subject::name).toList());
    assertEquals(List.of(1, 32), grid.batches());
    assertEquals(List.of(Runtime.getRuntime().availableProcessors()), grid.threads());
    assertEquals(Task.INFERENCE, grid.task());
    assertEquals(Contender.PYTORCH, grid.reference());
    assertEquals(3, grid.rounds());
    assertEquals(new Job.Pace(0.6, 0.2, 1.2), grid.pace());
  }

  @Test
  void otherwiseItTakesFiveLongerRounds() throws IOException {
    Grid grid = grid();
    assertEquals(5, grid.rounds());
    assertEquals(new Job.Pace(2, 0.5, 5), grid.pace());
    assertEquals(
        grid("--quick"), grid("--quick", "--rounds", "3", "--seconds", "0.6"), "all else is equal");
  }

  @Test
  void everyOptionCounts() throws IOException {
    Grid grid =
        grid(
            "--engines=tensorflow,TENSORFLOW-eager",
            "--batch-size=8,2,8",
            "--threads=4,1",
            "--task=training",
            "--device=cpu",
            "mnist-cnn",
            "mnist-cnn");
    assertEquals(List.of(Contender.TENSORFLOW, Contender.TENSORFLOW_EAGER), grid.engines());
    assertEquals(Contender.TENSORFLOW, grid.reference(), "the first, without PyTorch");
    assertEquals(1, grid.subjects().size());
    assertEquals(List.of(2, 8), grid.batches());
    assertEquals(List.of(1, 4), grid.threads());
    assertEquals(Task.TRAINING, grid.task());
    assertEquals("cpu", grid.device());
  }
}
