package io.github.flora.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/** An engine that computes nothing and sees as many GPUs as a test wants. */
final class FakeEngine extends Engine {

  private final int gpus;

  FakeEngine(int gpus) {
    this.gpus = gpus;
  }

  @Override
  public @Nullable Engine getAlternativeEngine() {
    return null;
  }

  @Override
  public String getEngineName() {
    return "Fake";
  }

  @Override
  public int getRank() {
    return 100;
  }

  @Override
  public String getVersion() {
    return "0";
  }

  @Override
  public int getGpuCount() {
    return gpus;
  }

  @Override
  public Device defaultDevice() {
    return gpus == 0 ? Device.cpu() : Device.gpu();
  }

  @Override
  public boolean hasCapability(String capability) {
    return false;
  }

  @Override
  public Model newModel(String name, Device device) {
    throw new UnsupportedOperationException();
  }

  @Override
  public NDManager newBaseManager() {
    throw new UnsupportedOperationException();
  }

  @Override
  public NDManager newBaseManager(Device device) {
    throw new UnsupportedOperationException();
  }
}
