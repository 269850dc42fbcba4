package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultsTest {

  private static final Row.Key TORCH = new Row.Key("inference", "PyTorch", "m", 2, 1);
  private static final Row.Key ONNX = new Row.Key("inference", "OnnxRuntime", "m", 2, 1);

  @TempDir Path work;

  private static Message.Measured measured(double speed, double max) {
    return new Message.Measured(
        2, max / 20, speed, 1, 2, 3, max, 100, max < 300, max / 400, max + 50);
  }

  private static void write(Results results, Row.Key key, float... logits) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(4 * logits.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(logits);
    Files.write(Path.of(Job.Measuring.file(results.answers(key), key.batch())), bytes.array());
  }

  @Test
  void roundsBecomeARow() throws Exception {
    Results results = new Results(work, Contender.PYTORCH);
    results.expect(TORCH);
    results.expect(ONNX);
    results.classes(ONNX, 2);
    for (double load : new double[] {100, 300, 200}) {
      results.add(TORCH, new Message.Loaded("2.7", "cpu", load), measured(10 * load, load));
      results.add(ONNX, new Message.Loaded("1.2", "cpu", load), measured(20 * load, load));
    }
    write(results, TORCH, 1, 2, 4, 3);
    write(results, ONNX, 1, 2, 2.5f, 3);
    List<Row> rows = results.rows(null);
    Row torch = rows.get(0);
    assertEquals(2000.0, torch.imagesPerSecond());
    assertEquals(List.of(1000.0, 3000.0, 2000.0), torch.rounds());
    assertEquals(200.0, torch.loadMs());
    assertEquals(10.0, torch.firstAnswerMs());
    assertEquals(350.0, torch.peakRssMb(), "the largest of all");
    assertEquals(false, torch.settled(), "one round wasn't");
    assertEquals(new Row.Latency(1, 2, 3, 300), torch.latencyMs());
    Row onnx = rows.get(1);
    assertEquals(2.0, onnx.ratio());
    assertEquals(1.5, onnx.maxAbsDiff());
    assertEquals(1.5 / 4, onnx.maxRelDiff());
    assertEquals(0.5, onnx.top1Agreement(), "the second image's largest is another");
    assertEquals(0.5, onnx.otherCores());
  }

  @Test
  void whatWasNotMeasuredSaysWhy() throws Exception {
    Results results = new Results(work, Contender.PYTORCH);
    results.expect(TORCH);
    results.expect(ONNX);
    results.add(TORCH, new Message.Loaded("2.7", "cpu", 1), measured(1, 1));
    results.fail(ONNX, "no such file");
    results.fail(ONNX, "later");
    List<Row> rows = results.rows("interrupted");
    assertNull(rows.get(0).error());
    assertNull(rows.get(0).spread());
    assertEquals("no such file", rows.get(1).error());
    assertNull(rows.get(1).imagesPerSecond());
    assertNull(rows.get(1).maxAbsDiff());
    Results nothing = new Results(work, Contender.PYTORCH);
    nothing.expect(TORCH);
    assertEquals("interrupted", nothing.rows("interrupted").get(0).error());
  }

  @Test
  void whatIsNoNumberAgreesWithNothing() {
    Results.Difference difference =
        Results.difference(new float[] {Float.NaN, 1, 2}, new float[] {0, 1, 2}, 3);
    assertNotNull(difference);
    assertEquals(Double.POSITIVE_INFINITY, difference.absolute());
    assertEquals(
        Double.POSITIVE_INFINITY,
        Results.difference(new float[] {1}, new float[] {1, 2}, 1).relative());
  }
}
