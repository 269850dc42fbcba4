package io.github.flora.tensorflow;

import io.github.flora.tensorflow.Steppers.Batch;
import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Rule;
import io.github.flora.tensorflow.Steppers.Stepper;
import io.github.flora.tensorflow.Steppers.Way;
import io.github.flora.tensorflow.cases.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A process that trains and says what it holds on to; its Java heap doesn't change in size. */
final class MemoryRun {

  private static final int BATCHES = 10;

  private MemoryRun() {}

  /**
   * Trains.
   *
   * @param args engine, network, number of steps, who takes them
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Net net = Net.valueOf(args[1]);
    int steps = Integer.parseInt(args[2]);
    Way way = Way.valueOf(args[3]);
    List<Tensor> weights = net.weights();
    List<Batch> batches = IntStream.range(0, BATCHES).mapToObj(net::batch).toList();
    long before = TensorHandles.live();
    try (Stepper stepper = way.create(args[0], net, weights, Rule.ADAM)) {
      for (int i = 1; i <= steps; i++) {
        stepper.step(batches.get(i % BATCHES));
        if (i % 50 == 0) {
          stepper.predict(batches.get(0));
        }
        if (i == steps / 10 || i == steps) {
          System.out.println(TensorHandles.live() + " " + residentKilobytes());
        }
      }
    }
    // DJL's optimizers can't be closed; what they hold goes when the collector finds it.
    for (int i = 0; i < 50 && TensorHandles.live() > before; i++) {
      System.gc();
      Thread.sleep(100);
    }
    System.out.println(TensorHandles.live() - before);
  }

  private static long residentKilobytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
