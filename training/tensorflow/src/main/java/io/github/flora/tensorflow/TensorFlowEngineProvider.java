package io.github.flora.tensorflow;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.EngineProvider;
import java.net.URL;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** Makes the engine known to DJL. */
public final class TensorFlowEngineProvider implements EngineProvider {

  private static final String STOCK = "ai.djl.tensorflow.engine.TfEngineProvider";

  private static final class Holder {
    static final TensorFlowEngine ENGINE = new TensorFlowEngine();
  }

  /** Made by {@link java.util.ServiceLoader}. */
  public TensorFlowEngineProvider() {}

  /**
   * {@inheritDoc}
   *
   * @throws EngineException if DJL's own TensorFlow engine is on the classpath, too: it casts
   *     whatever is registered under this name to its own class
   */
  @Override
  public String getEngineName() {
    Class<?> stock = find(STOCK);
    if (stock != null) {
      throw new EngineException(
          "two engines named TensorFlow are on the classpath, take one away: %s (trains) and %s"
                  .formatted(jar(getClass()), jar(stock))
              + " (DJL's own, doesn't train)");
    }
    return TensorFlowEngine.NAME;
  }

  private static @Nullable Class<?> find(String name) {
    try {
      return Class.forName(name, false, TensorFlowEngineProvider.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  private static String jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    return location == null ? type.getName() : location.getPath().replaceAll(".*/(?=[^/])", "");
  }

  @Override
  public int getEngineRank() {
    return TensorFlowEngine.RANK;
  }

  @Override
  public Engine getEngine() {
    return Holder.ENGINE;
  }
}
