package io.github.flora.trainer.cli;

import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import io.github.flora.data.ImageDatasets;
import io.github.flora.engine.Engines;
import io.github.flora.trainer.Versions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code flora info}: what is here to compute with, what is missing, and how to get it. */
@Command(
    name = "info",
    description = "Show engines, devices, threads and caches; what is missing and how to get it.",
    sortOptions = false)
public final class InfoCommand implements FloraCommand {

  /** The engines that Flora is made for. */
  private static final List<String> KNOWN = List.of("PyTorch", "TensorFlow", "OnnxRuntime");

  @Spec private @Nullable CommandSpec spec;
  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    EngineOptions.Chosen chosen = engineOptions.load();
    out.printf("Flora       %s%n", Versions.flora());
    out.printf(
        "Java        %s (%s), up to %s of memory%n",
        System.getProperty("java.version"),
        System.getProperty("java.vendor"),
        bytes(Runtime.getRuntime().maxMemory()));
    out.printf(
        "system      %s %s, %d cores%n",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
    out.printf("chosen      %s%n", chosen.describe());
    List<String> available = Engines.available();
    for (String name : available) {
      Engine engine = Engine.getEngine(name);
      out.printf(
          "engine      %s %s: %s, %s%n",
          name,
          engine.getVersion(),
          Engines.support(name).isPresent() ? "trains and predicts" : "predicts",
          engine.getGpuCount() == 0 ? "no GPU" : engine.getGpuCount() + " GPU(s)");
    }
    for (String name : KNOWN) {
      if (!available.contains(name)) {
        out.printf("missing     engine %s: this version of Flora comes without it%n", name);
      }
    }
    if (Engine.getEngine(chosen.name()).getGpuCount() == 0) {
      out.printf("missing     GPU: none seen; needs an NVIDIA driver and a CUDA build%n");
    }
    cache(out, "natives", Utils.getEngineCacheDir());
    cache(out, "data", Utils.getCacheDir().resolve("cache"));
    data(out);
    variable(out, "OMP_WAIT_POLICY", "PASSIVE keeps waiting threads from spinning");
    out.flush();
    return 0;
  }

  private static void cache(PrintWriter out, String what, Path path) {
    out.printf("cache       %s: %s%s%n", what, path, Files.exists(path) ? "" : " (not there yet)");
  }

  private static void data(PrintWriter out) {
    String root = System.getenv("FLORA_DATA");
    if (root == null) {
      out.printf(
          "missing     FLORA_DATA: set it to a folder with a folder per data set (mnist/ …)%n");
      return;
    }
    for (String name : ImageDatasets.names()) {
      Path folder = Path.of(root, name);
      if (Files.isDirectory(folder)) {
        out.printf("data        %s: %s%n", name, folder);
      }
    }
  }

  private static void variable(PrintWriter out, String name, String hint) {
    String value = System.getenv(name);
    if (value == null) {
      out.printf("missing     %s: %s%n", name, hint);
    } else {
      out.printf("variable    %s=%s%n", name, value);
    }
  }

  private static String bytes(long count) {
    return String.format(Locale.ROOT, "%.1f GiB", count / (double) (1L << 30));
  }
}
