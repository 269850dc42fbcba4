package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The weights of a block in a file, under the names of {@link ParameterNames}. */
public final class Weights {

  /** PyTorch counts a normalisation's batches; DJL doesn't, and nothing depends on it. */
  private static final String BATCH_COUNTER = "num_batches_tracked";

  private Weights() {}

  /**
   * Writes all parameters, running statistics too.
   *
   * @param block an initialised block
   * @param file where to write; its folder must exist, a file of that name is replaced at the end
   * @param metadata what the file shall say about itself, may be empty
   * @throws WeightsException if the file can't be written; what was there before stays
   */
  public static void save(Block block, Path file, Map<String, String> metadata) throws IOException {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    ParameterNames.of(block).forEach((name, parameter) -> tensors.put(name, parameter.getArray()));
    Safetensors.write(file, tensors, metadata);
  }

  /**
   * Reads all parameters into the arrays that the block has, so that an optimizer or a compiled
   * step that holds them sees the new values. Floating-point values are converted to the
   * parameter's own type. {@code num_batches_tracked}, which PyTorch writes for each batch
   * normalisation, is passed over.
   *
   * @param initializedBlock the block to change
   * @param file as {@link WeightsFile#open}, with exactly the block's parameters
   * @throws WeightsException if the file is malformed, or names, shapes or types don't fit; the
   *     message lists every difference, and the block is as it was
   * @throws IOException if the file can't be read
   */
  public static void load(Block initializedBlock, Path file) throws IOException {
    loadMatching(initializedBlock, file, Set.of());
  }

  /**
   * Reads all parameters as {@link #load} does, except some that shall keep their values, such as a
   * head for other classes than the file's. Whatever else differs is an error.
   *
   * @param initializedBlock the block to change
   * @param file as {@link WeightsFile#open}, with all other parameters of the block
   * @param replaced names of parameters that aren't read, and of tensors that the block needn't
   *     have, such as {@code fc.weight} and {@code fc.bias}
   * @return what was read and what wasn't
   * @throws IllegalArgumentException if neither block nor file knows one of the names
   * @throws WeightsException as {@link #load}; the block is as it was
   * @throws IOException if the file can't be read
   */
  public static LoadReport loadMatching(Block initializedBlock, Path file, Set<String> replaced)
      throws IOException {
    Map<String, Parameter> parameters = ParameterNames.of(initializedBlock);
    try (WeightsFile in = WeightsFile.open(file)) {
      for (String name : replaced) {
        if (!parameters.containsKey(name) && !in.names().contains(name)) {
          throw new IllegalArgumentException("neither the model nor " + file + " has " + name);
        }
      }
      List<String> problems = compare(parameters, in, name -> !replaced.contains(name)).problems();
      if (!problems.isEmpty()) {
        throw new WeightsException(file, "doesn't fit the model: " + String.join("; ", problems));
      }
      List<String> loaded = new ArrayList<>();
      List<String> kept = new ArrayList<>();
      for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
        if (replaced.contains(entry.getKey())) {
          kept.add(entry.getKey());
        } else {
          copy(in, entry.getKey(), entry.getValue().getArray());
          loaded.add(entry.getKey());
        }
      }
      Differences accepted = compare(parameters, in, replaced::contains);
      return new LoadReport(
          loaded, kept, accepted.missing(), accepted.unexpected(), accepted.mismatched());
    }
  }

  private record Differences(
      List<String> missing, List<String> unexpected, List<String> mismatched) {

    List<String> problems() {
      List<String> problems = new ArrayList<>();
      if (!missing.isEmpty()) {
        problems.add("missing " + String.join(", ", missing));
      }
      if (!unexpected.isEmpty()) {
        problems.add("unexpected " + String.join(", ", unexpected));
      }
      problems.addAll(mismatched);
      return problems;
    }
  }

  /** How a file differs from a block in the names that are asked for. */
  private static Differences compare(
      Map<String, Parameter> parameters, WeightsFile in, Predicate<String> which) {
    List<String> missing = new ArrayList<>();
    List<String> mismatched = new ArrayList<>();
    parameters.forEach(
        (name, parameter) -> {
          if (!which.test(name)) {
            return;
          }
          if (!in.names().contains(name)) {
            missing.add(name);
            return;
          }
          NDArray array = parameter.getArray();
          if (!in.shape(name).equals(array.getShape())) {
            mismatched.add(name + " is " + in.shape(name) + ", not " + array.getShape());
          } else if (!convertible(in.dataType(name), array.getDataType())) {
            mismatched.add(name + " is " + in.dataType(name) + ", not " + array.getDataType());
          }
        });
    List<String> unexpected =
        in.names().stream()
            .filter(which)
            .filter(name -> !parameters.containsKey(name) && !isBatchCounter(name, parameters))
            .toList();
    return new Differences(missing, unexpected, mismatched);
  }

  private static boolean convertible(DataType from, DataType to) {
    return from == to || (from.isFloating() && to.isFloating());
  }

  private static boolean isBatchCounter(String name, Map<String, Parameter> parameters) {
    return name.endsWith(BATCH_COUNTER)
        && parameters.containsKey(name.replace(BATCH_COUNTER, "running_mean"));
  }

  private static void copy(WeightsFile in, String name, NDArray target) throws IOException {
    if (target.isEmpty()) {
      return;
    }
    try (NDManager manager = target.getManager().newSubManager()) {
      NDArray values = in.read(manager, name).toType(target.getDataType(), false);
      try {
        // PyTorch's set(Buffer) makes the array a view of the buffer, whereupon other arrays over
        // the same weights would keep the old values; this copies into the weights' own memory.
        target.set(new NDIndex("..."), values);
      } catch (UnsupportedOperationException e) {
        // An engine without assignment by index.
        target.set(values.toByteBuffer());
      }
    }
  }
}
