package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.ParameterNames;
import io.github.flora.models.Safetensors;
import io.github.flora.models.SafetensorsFile;
import io.github.flora.trainer.run.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that is needed to go on with a training after an epoch, as one safetensors file, so that it
 * is either there as a whole or not at all: weights under {@code model.NAME}, the optimizer's state
 * under {@code optimizer.STATE.NAME}, the rest as metadata. Random numbers need no state: every
 * epoch seeds its own ({@link Seeds}).
 *
 * @param epoch the last epoch that was completed, from 1
 * @param numbers what the schedule and early stopping have to remember, by name
 */
record Checkpoint(int epoch, Map<String, Double> numbers) {

  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String EPOCH = "epoch";

  static void save(Path file, Block block, TrainingStep step, Checkpoint checkpoint)
      throws IOException {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    Map<String, Parameter> parameters = ParameterNames.of(block);
    parameters.forEach((name, parameter) -> tensors.put(MODEL + name, parameter.getArray()));
    List<String> names = trained(parameters, step);
    step.updater()
        .state()
        .forEach(
            (state, arrays) -> {
              for (int i = 0; i < arrays.size(); i++) {
                tensors.put(OPTIMIZER + state + "." + names.get(i), arrays.get(i));
              }
            });
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(EPOCH, Integer.toString(checkpoint.epoch()));
    checkpoint.numbers().forEach((name, value) -> metadata.put(name, value.toString()));
    Files.createDirectories(file.getParent());
    Safetensors.write(file, tensors, metadata);
  }

  /** Puts the weights back, and says where the training was. */
  static Checkpoint load(Path file, Block block, NDManager manager) throws IOException {
    try (SafetensorsFile tensors = Safetensors.open(file);
        NDManager scratch = manager.newSubManager()) {
      for (Map.Entry<String, Parameter> entry : ParameterNames.of(block).entrySet()) {
        NDArray target = entry.getValue().getArray();
        NDArray value = read(file, tensors, MODEL + entry.getKey(), target, scratch);
        target.set(new NDIndex("..."), value);
      }
      return metadata(file, tensors.metadata());
    }
  }

  /** Puts the optimizer's state back; the step has to be as new. */
  static void loadOptimizer(Path file, Block block, TrainingStep step, NDManager manager)
      throws IOException {
    try (SafetensorsFile tensors = Safetensors.open(file);
        NDManager scratch = manager.newSubManager()) {
      List<String> names = trained(ParameterNames.of(block), step);
      Map<String, List<NDArray>> state = new LinkedHashMap<>();
      for (Map.Entry<String, List<NDArray>> entry : step.updater().state().entrySet()) {
        List<NDArray> values = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
          String name = OPTIMIZER + entry.getKey() + "." + names.get(i);
          values.add(read(file, tensors, name, entry.getValue().get(i), scratch));
        }
        state.put(entry.getKey(), values);
      }
      step.updater().load(state);
    }
  }

  private static Checkpoint metadata(Path file, Map<String, String> metadata) throws RunException {
    Map<String, Double> numbers = new TreeMap<>();
    int epoch = 0;
    try {
      for (Map.Entry<String, String> entry : metadata.entrySet()) {
        if (entry.getKey().equals(EPOCH)) {
          epoch = Integer.parseInt(entry.getValue());
        } else {
          numbers.put(entry.getKey(), Double.valueOf(entry.getValue()));
        }
      }
    } catch (NumberFormatException e) {
      throw new RunException(file + ": its metadata are damaged: train again", e);
    }
    if (epoch < 1) {
      throw new RunException(file + ": isn't a checkpoint, it names no epoch: train again");
    }
    return new Checkpoint(epoch, numbers);
  }

  private static NDArray read(
      Path file, SafetensorsFile tensors, String name, NDArray like, NDManager manager)
      throws IOException {
    if (!tensors.names().contains(name) || !tensors.shape(name).equals(like.getShape())) {
      throw new RunException(
          "%s: %s; it is of another model or optimizer: resume with what it was trained with"
              .formatted(
                  file,
                  tensors.names().contains(name)
                      ? "%s is %s instead of %s"
                          .formatted(name, tensors.shape(name), like.getShape())
                      : name + " is missing"));
    }
    return tensors.read(manager, name);
  }

  /** Names of the trained parameters in the order of the optimizer's state. */
  private static List<String> trained(Map<String, Parameter> parameters, TrainingStep step) {
    IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
    parameters.forEach((name, parameter) -> names.put(parameter, name));
    return step.parameters().stream().map(names::get).toList();
  }
}
