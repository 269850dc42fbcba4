package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Prepared;
import io.github.flora.bench.measure.Task;
import io.github.flora.bench.measure.Worker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ProcessesTest {

  @ParameterizedTest
  @EnumSource(Contender.class)
  void everyEngineGetsItsOwnProcess(Contender contender) throws Exception {
    Prepared model =
        new Prepared(
            null, null, null, null, null, 1, 28, 28, 10, 0, null, List.of(), List.of(), null);
    Job.Measuring measuring =
        new Job.Measuring(
            contender,
            Task.INFERENCE,
            model,
            List.of(1),
            3,
            "cpu",
            new Job.Pace(1, 1, 1),
            null,
            null,
            1);
    ProcessBuilder process =
        Processes.builder(contender, new Job(null, measuring), Path.of("job.json"));
    List<String> command = process.command();
    assertEquals("3", process.environment().get("OMP_NUM_THREADS"));
    assertEquals(
        contender == Contender.TENSORFLOW_EAGER,
        command.contains("-Dflora.tensorflow.compile=false"));
    assertEquals(
        List.of(Worker.class.getName(), "job.json"),
        command.subList(command.size() - 2, command.size()));
    String classpath = command.get(command.indexOf("-cp") + 1);
    boolean stock = contender == Contender.TENSORFLOW_STOCK;
    String ours = ".*(flora-tensorflow-[^/\\\\]*jar|tensorflow.target.classes).*";
    assertEquals(!stock, classpath.matches(ours), classpath);
    assertEquals(stock, classpath.contains("stock"), classpath);
    assertTrue(classpath.contains("picocli"), classpath);
  }
}
