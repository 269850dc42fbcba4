package io.github.flora.onnx;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file loaded into ONNX Runtime through DJL's {@code OnnxRuntime} engine. May be used by several
 * threads at once, each with a manager of its own.
 */
public final class OnnxSession implements AutoCloseable {

  /** The engine's name in DJL. */
  public static final String ENGINE = "OnnxRuntime";

  private final Model model;
  private final NDManager manager;
  private final ParameterStore parameters;

  private OnnxSession(Model model) {
    this.model = model;
    manager = model.getNDManager();
    parameters = new ParameterStore(manager, false);
  }

  /**
   * How ONNX Runtime shall run a file.
   *
   * @param device where to run; a GPU needs ONNX Runtime's own library for it
   * @param threads threads that one operation may use; 0 for one per core
   * @param more further options of DJL's engine, such as {@code optLevel} or {@code sessionOptions}
   */
  public record Options(Device device, int threads, Map<String, Object> more) {

    /** On the CPU with one thread per core. */
    public static final Options DEFAULT = new Options(Device.cpu(), 0, Map.of());

    /** Checks and copies. */
    public Options {
      if (threads < 0) {
        throw new IllegalArgumentException("threads must be at least 0, not " + threads);
      }
      more = Map.copyOf(more);
    }
  }

  /**
   * Loads a file.
   *
   * @param file the file
   * @param options how to run it
   * @return the session, the caller's to close
   * @throws OnnxFileException if ONNX Runtime can't load it
   * @throws IOException if it can't be read
   */
  public static OnnxSession open(Path file, Options options) throws IOException {
    Map<String, Object> all = new TreeMap<>(options.more());
    if (options.threads() > 0) {
      all.put("intraOpNumThreads", Integer.toString(options.threads()));
    }
    if (!Engine.hasEngine(ENGINE)) {
      throw new OnnxFileException(
          file, "the engine OnnxRuntime isn't there: add ai.djl.onnxruntime:onnxruntime-engine");
    }
    Model model = Model.newInstance("onnx", options.device(), ENGINE);
    try {
      model.load(file, null, all);
      return new OnnxSession(model);
    } catch (MalformedModelException | EngineException e) {
      model.close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String said = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new OnnxFileException(file, "ONNX Runtime refuses it: " + said, e);
    } catch (IOException | RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * The manager to make sub managers of, for inputs.
   *
   * @return ONNX Runtime's manager, open as long as the session
   */
  public NDManager manager() {
    return manager;
  }

  /**
   * Runs the file once.
   *
   * @param inputs inputs in the file's order, of any engine; those made by {@link #manager} from
   *     direct buffers aren't copied
   * @return outputs in the file's order, attached to the manager of the first input
   * @throws EngineException if the inputs don't fit the file
   */
  public NDList run(NDList inputs) {
    return model.getBlock().forward(parameters, inputs, false);
  }

  @Override
  public void close() {
    model.close();
  }
}
