package io.github.flora.tensorflow;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.flora.tensorflow.core.Context;
import io.github.flora.tensorflow.core.RandomState;
import org.jspecify.annotations.Nullable;

/** TensorFlow as an engine of DJL's that trains. */
public final class TensorFlowEngine extends Engine {

  /** The engine's name. */
  public static final String NAME = "TensorFlow";

  /** Behind PyTorch's (2), so that nobody gets this engine without asking. */
  static final int RANK = 3;

  TensorFlowEngine() {}

  @Override
  public @Nullable Engine getAlternativeEngine() {
    // Nothing may silently run on another engine.
    return null;
  }

  @Override
  public String getEngineName() {
    return NAME;
  }

  @Override
  public int getRank() {
    return RANK;
  }

  @Override
  public String getVersion() {
    return version();
  }

  /** Returns the version of the native library. */
  static String version() {
    return Context.version();
  }

  @Override
  public int getGpuCount() {
    return Context.get().gpuCount();
  }

  @Override
  public boolean hasCapability(String capability) {
    return switch (capability) {
      case StandardCapabilities.CUDA, StandardCapabilities.CUDNN -> getGpuCount() > 0;
      case StandardCapabilities.MKLDNN -> true;
      default -> false;
    };
  }

  @Override
  public Model newModel(String name, @Nullable Device device) {
    return new TensorFlowModel(name, newBaseManager(device));
  }

  @Override
  public NDManager newBaseManager() {
    return newBaseManager(defaultDevice());
  }

  @Override
  public NDManager newBaseManager(@Nullable Device device) {
    return TensorFlowManager.system().newSubManager(device == null ? defaultDevice() : device);
  }

  @Override
  public GradientCollector newGradientCollector() {
    return new TensorFlowCollector();
  }

  @Override
  public void setRandomSeed(int seed) {
    super.setRandomSeed(seed);
    RandomState.seed(seed);
  }

  @Override
  public String toString() {
    return NAME + " " + getVersion() + ", GPUs: " + getGpuCount();
  }
}
