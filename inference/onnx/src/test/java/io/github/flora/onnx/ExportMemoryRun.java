package io.github.flora.onnx;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that exports ResNet18 at 224 pixels and says how much memory that took. */
final class ExportMemoryRun {

  private ExportMemoryRun() {}

  /**
   * Exports.
   *
   * @param args engine, file to write
   */
  public static void main(String[] args) throws IOException {
    try (NDManager manager = NDManager.newBaseManager(args[0])) {
      Block block = Networks.resnet18();
      Shape shape = new Shape(1, 3, 224, 224);
      Networks.initialize(block, manager, 1, shape);
      System.gc();
      long before = kilobytes("VmRSS:");
      // The kernel's mark of the highest use starts anew.
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
      OnnxExporter.export(block, new Shape[] {shape}, Path.of(args[1]));
      System.out.println(before + " " + kilobytes("VmHWM:"));
    }
  }

  private static long kilobytes(String line) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(text -> text.startsWith(line))
        .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
