package io.github.flora.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds engines and devices by name.
 *
 * <p>DJL settles on a default engine when its {@code Engine} class is first touched, and throws an
 * error from a static initialiser when that name isn't known to the letter. So {@link #choose} has
 * to run before anything else of DJL does.
 */
public final class Engines {

  /** The engine that is taken when nobody names one. */
  public static final String DEFAULT = "PyTorch";

  private static final String PROPERTY = "ai.djl.default_engine";
  private static final String VARIABLE = "DJL_DEFAULT_ENGINE";

  private Engines() {}

  /**
   * Returns the names of the engines on the classpath, sorted.
   *
   * @return the names as DJL spells them
   */
  public static List<String> available() {
    TreeSet<String> names = new TreeSet<>();
    ServiceLoader.load(EngineProvider.class).forEach(p -> names.add(p.getEngineName()));
    // DJL's client for models that run elsewhere; it computes nothing here.
    names.remove("RPC");
    return List.copyOf(names);
  }

  /**
   * Settles which engine this process uses: the option if given, else the system property {@code
   * ai.djl.default_engine}, else the environment variable {@code DJL_DEFAULT_ENGINE}, else {@value
   * #DEFAULT}. Names ignore case. DJL's default engine is set to the same.
   *
   * @param option the name that the user gave, or null
   * @return the engine's name as DJL spells it
   * @throws EngineException if no engine on the classpath has that name
   */
  public static String choose(@Nullable String option) {
    return choose(option, DEFAULT);
  }

  /**
   * As {@link #choose(String)}, with another default.
   *
   * @param option the name that the user gave, or null
   * @param fallback the engine that is taken when nobody names one
   * @return the engine's name as DJL spells it
   * @throws EngineException if no engine on the classpath has that name
   */
  public static String choose(@Nullable String option, String fallback) {
    String name =
        choose(option, fallback, System.getProperty(PROPERTY), System.getenv(), available());
    System.setProperty(PROPERTY, name);
    return name;
  }

  static String choose(
      @Nullable String option,
      String fallback,
      @Nullable String property,
      Map<String, String> environment,
      List<String> available) {
    String variable = environment.get(VARIABLE);
    String wanted = fallback;
    String from = "the default";
    if (option != null) {
      wanted = option;
      from = "--engine";
    } else if (property != null && !property.isEmpty()) {
      wanted = property;
      from = "-D" + PROPERTY;
    } else if (variable != null && !variable.isEmpty()) {
      wanted = variable;
      from = VARIABLE;
    }
    String name = find(wanted, available);
    if (name == null) {
      throw new EngineException(
          "no engine named '%s' (from %s); on the classpath: %s"
              .formatted(wanted, from, listOrNone(available)));
    }
    if (variable != null && !variable.isEmpty() && !available.contains(variable)) {
      // DJL reads the variable by itself and fails on any other spelling, even when it is
      // overruled.
      String exact = find(variable, available);
      throw new EngineException(
          exact == null
              ? "%s names '%s', which isn't on the classpath: unset it or set it to one of: %s"
                  .formatted(VARIABLE, variable, listOrNone(available))
              : "%s is '%s' but DJL knows the engine as '%s': set it to that, or start Flora with"
                      .formatted(VARIABLE, variable, exact)
                  + " its launcher, which ignores case");
    }
    return name;
  }

  private static @Nullable String find(String wanted, List<String> available) {
    for (String name : available) {
      if (name.equalsIgnoreCase(wanted)) {
        return name;
      }
    }
    return null;
  }

  /**
   * Returns what an engine offers beyond DJL.
   *
   * @param engineName the engine's name as DJL spells it
   * @return its support, or empty if the classpath has none
   */
  public static Optional<EngineSupport> support(String engineName) {
    for (EngineSupport support : ServiceLoader.load(EngineSupport.class)) {
      if (support.engineName().equals(engineName)) {
        return Optional.of(support);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns what an engine needs to train.
   *
   * @param engineName the engine's name as DJL spells it
   * @return its support
   * @throws EngineException if the engine can't train; the message lists those that can
   */
  public static EngineSupport trainingSupport(String engineName) {
    return support(engineName)
        .orElseThrow(
            () -> {
              List<String> can = new ArrayList<>();
              for (String name : available()) {
                if (support(name).isPresent()) {
                  can.add(name);
                }
              }
              return new EngineException(
                  "%s can't train; engines that can: %s".formatted(engineName, listOrNone(can)));
            });
  }

  /**
   * Returns what an engine needs to train in a precision; loads no engine.
   *
   * @param engineName the engine's name as DJL spells it
   * @param precision the precision
   * @return its support
   * @throws EngineException if the engine can't; the message lists those that can
   */
  public static EngineSupport trainingSupport(String engineName, Precision precision) {
    EngineSupport found = trainingSupport(engineName);
    if (found.precisions().contains(precision)) {
      return found;
    }
    List<String> can = new ArrayList<>();
    for (String name : available()) {
      if (support(name).filter(s -> s.precisions().contains(precision)).isPresent()) {
        can.add(name);
      }
    }
    throw new EngineException(
        "%s can't train in %s; engines that can: %s"
            .formatted(engineName, precision.id(), listOrNone(can)));
  }

  /**
   * Returns the device that an option names.
   *
   * @param engine the engine that will compute on it
   * @param option {@code auto} (the engine's best), {@code cpu}, {@code gpu} or {@code gpuN}
   * @return the device
   * @throws EngineException if the engine has no such device here
   */
  public static Device device(Engine engine, String option) {
    String wanted = option.toLowerCase(Locale.ROOT);
    if (wanted.equals("auto")) {
      return engine.defaultDevice();
    }
    if (wanted.equals("cpu")) {
      return Device.cpu();
    }
    if (!wanted.matches("gpu\\d{0,3}")) {
      throw new EngineException(
          "no device named '%s'; known are: auto, cpu, gpu, gpu0, gpu1, ...".formatted(option));
    }
    int index = wanted.length() == 3 ? 0 : Integer.parseInt(wanted.substring(3));
    int count = engine.getGpuCount();
    if (index >= count) {
      throw new EngineException(
          "no device %s: %s sees %s here; use --device cpu, or install the GPU's driver and the"
                  .formatted(
                      wanted,
                      engine.getEngineName(),
                      count == 0 ? "no GPU" : count == 1 ? "1 GPU" : count + " GPUs")
              + " engine's CUDA build");
    }
    return Device.gpu(index);
  }

  /**
   * Names a device as the options do.
   *
   * @param device the device
   * @return {@code cpu}, {@code gpu0}, {@code gpu1}, ...
   */
  public static String describe(Device device) {
    return device.isGpu() ? "gpu" + device.getDeviceId() : "cpu";
  }

  private static String listOrNone(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
