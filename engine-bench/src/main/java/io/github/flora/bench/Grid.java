package io.github.flora.bench;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Task;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be measured: every combination.
 *
 * @param engines the engines
 * @param subjects the models
 * @param batches batch sizes, ascending
 * @param threads numbers of threads
 * @param task inference or training
 * @param reference the engine that others are compared with
 * @param rounds how often each process is started
 * @param pace how long a process measures
 * @param device the device's name, such as {@code auto}
 * @param data folder of test images for models that learnt from some, or null for no accuracy
 * @param seed what random weights and images are drawn from
 */
record Grid(
    List<Contender> engines,
    List<Subject> subjects,
    List<Integer> batches,
    List<Integer> threads,
    Task task,
    Contender reference,
    int rounds,
    Job.Pace pace,
    String device,
    @Nullable Path data,
    int seed) {

  /** Copies the lists. */
  Grid {
    engines = List.copyOf(engines);
    subjects = List.copyOf(subjects);
    batches = batches.stream().sorted().distinct().toList();
    threads = threads.stream().sorted().distinct().toList();
  }

  /**
   * A model to measure.
   *
   * @param name what reports call it
   * @param network the network to give random weights, or null
   * @param path a run folder or a model file, or null
   */
  record Subject(String name, @Nullable String network, @Nullable Path path) {}
}
