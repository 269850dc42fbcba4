package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.flora.trainer.report.Epoch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CourseTest {

  /** A network that overfits: its accuracy still rises when its loss does, too. */
  @ParameterizedTest
  @CsvSource({"VAL_LOSS, 4", "VAL_ACCURACY, 8"})
  void theMonitorTellsWhenToStopEarly(Monitor monitor, int expected) {
    double[] losses = {0.9, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2};
    double[] accuracies = {0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.9, 0.9, 0.9};
    Hyperparameters how =
        Hyperparameters.builder().optEpochs(20).optEarlyStopping(2).optMonitor(monitor).build();
    Course course = new Course(how, 5);
    int epoch = 0;
    while (!course.stoppedEarly()) {
      course.onEpoch(new Epoch(epoch + 1, 0.1, 1, losses[epoch], accuracies[epoch], 1e-3, 1, 100));
      epoch++;
    }
    assertEquals(expected, epoch);
  }
}
