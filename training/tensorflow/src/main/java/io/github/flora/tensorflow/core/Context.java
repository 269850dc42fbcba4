package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextOptionsSetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContext;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Version;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_ContextOptions;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/** The process's one eager context: devices, threads, functions. Lives until the process ends. */
public final class Context {

  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  static {
    // The native libraries are unpacked beside those of DJL's other engines.
    if (System.getProperty(CACHE) == null) {
      System.setProperty(CACHE, Utils.getEngineCacheDir("tensorflow").toString());
    }
  }

  private static volatile int threads;

  private final TFE_Context handle;
  private final List<String> gpus = new ArrayList<>();
  private final String cpu;

  private Context() {
    ConfigProto config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .build();
    byte[] bytes = config.toByteArray();
    TF_Status status = Status.current();
    TFE_ContextOptions options = TFE_NewContextOptions();
    try (BytePointer pointer = new BytePointer(bytes)) {
      TFE_ContextOptionsSetConfig(options, pointer, bytes.length, status);
      Status.check(status, "configuring");
      handle = TFE_NewContext(options, status);
      Status.check(status, "starting");
    } finally {
      TFE_DeleteContextOptions(options);
    }
    String found = null;
    TF_DeviceList devices = TFE_ContextListDevices(handle, status);
    Status.check(status, "listing devices");
    for (int i = 0; i < TF_DeviceListCount(devices); i++) {
      String name = TF_DeviceListName(devices, i, status).getString();
      if (name.contains("device:GPU:")) {
        gpus.add(name);
      } else if (found == null && name.contains("device:CPU:")) {
        found = name;
      }
    }
    TF_DeleteDeviceList(devices);
    if (found == null) {
      throw new EngineException("TensorFlow lists no CPU");
    }
    cpu = found;
  }

  private static final class Holder {
    static final Context INSTANCE = new Context();
  }

  /**
   * Returns the context, started at the first call.
   *
   * @return the process's context
   */
  public static Context get() {
    return Holder.INSTANCE;
  }

  /**
   * Sets how many threads one operation may use. Has no effect once the context is started.
   *
   * @param number at least 1
   */
  public static void configureThreads(int number) {
    threads = number;
  }

  /**
   * Returns the version of the native library.
   *
   * @return such as {@code 2.18.0}
   */
  public static String version() {
    return TF_Version().getString();
  }

  /**
   * Returns how many GPUs TensorFlow can use.
   *
   * @return the number, 0 without TensorFlow's CUDA build
   */
  public int gpuCount() {
    return gpus.size();
  }

  TFE_Context handle() {
    return handle;
  }

  /**
   * Returns TensorFlow's name of a device.
   *
   * @param device the device
   * @return such as {@code /job:localhost/replica:0/task:0/device:CPU:0}
   */
  String deviceName(Device device) {
    if (!device.isGpu()) {
      return cpu;
    }
    if (device.getDeviceId() >= gpus.size()) {
      throw new EngineException(
          "TensorFlow sees no %s here; it sees %d GPUs".formatted(device, gpus.size()));
    }
    return gpus.get(device.getDeviceId());
  }
}
