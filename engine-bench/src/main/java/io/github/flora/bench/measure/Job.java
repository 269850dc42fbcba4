package io.github.flora.bench.measure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process shall do: either prepare a model or measure one.
 *
 * @param preparation the model to prepare, or null
 * @param measurement what to measure, or null
 */
public record Job(@Nullable Preparation preparation, @Nullable Measuring measurement) {

  /**
   * Brings a model into the forms that engines take.
   *
   * @param network the network to give random weights, or null for a run
   * @param run the run to copy, or null for a network
   * @param work the folder to work in, which isn't there yet
   * @param onnx whether to export ONNX
   * @param savedModel whether to export a SavedModel
   * @param engine DJL's name of the engine that draws the weights
   * @param seed what they are drawn from
   */
  public record Preparation(
      @Nullable String network,
      @Nullable String run,
      String work,
      boolean onnx,
      boolean savedModel,
      String engine,
      int seed) {}

  /**
   * Measures one engine with one model.
   *
   * @param contender the engine
   * @param task what to measure
   * @param model the model
   * @param batches batch sizes, in the order in which they are measured
   * @param threads threads that one operation may use
   * @param device {@code auto}, {@code cpu}, {@code gpu} or {@code gpuN}
   * @param pace how long
   * @param answers the file that logits go to, the batch size in place of {@link #BATCH}, or null
   * @param data the data set whose test images are asked about, or null
   * @param seed what the images are drawn from
   */
  public record Measuring(
      Contender contender,
      Task task,
      Prepared model,
      List<Integer> batches,
      int threads,
      String device,
      Pace pace,
      @Nullable String answers,
      @Nullable Data data,
      int seed) {

    /** Stands for the batch size in the name of the file of logits. */
    public static final String BATCH = "{batch}";

    /** Copies the list. */
    public Measuring {
      batches = List.copyOf(batches);
    }

    /**
     * Names the file of a batch size.
     *
     * @param answers as {@link #answers}
     * @param batch the batch size
     * @return the file
     */
    public static String file(String answers, int batch) {
      return answers.replace(BATCH, Integer.toString(batch));
    }
  }

  /**
   * How long a batch size is measured in one process.
   *
   * @param seconds of measuring, in three parts; each takes at least one pass
   * @param leastWarmUp seconds of warming up at least
   * @param mostWarmUp seconds after which it counts as warm, stable or not
   */
  public record Pace(double seconds, double leastWarmUp, double mostWarmUp) {}

  /**
   * A data set.
   *
   * @param name its name
   * @param folder folder of its files, or null for where they usually are
   */
  public record Data(String name, @Nullable String folder) {}
}
