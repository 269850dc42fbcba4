package io.github.flora.onnx;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a file says about itself, enough to classify an image with nothing but the file. Stored in
 * the model's {@code metadata_props} under {@code labels}, {@code mean}, {@code std} (JSON arrays),
 * {@code recipe}, {@code data}, {@code engine}, {@code accuracy} and keys of one's own.
 *
 * @param labels names of the classes in the order of the outputs; empty if unknown
 * @param input how pixels become the input; null if unknown, or if the graph does it itself
 * @param recipe what was trained, or null
 * @param data name of the data set, which says how to prepare a picture, or null
 * @param engine engine and version that trained, or null
 * @param accuracy share of test images that were right, in [0, 1], or null
 * @param more further keys and values
 */
public record OnnxMetadata(
    List<String> labels,
    @Nullable ImageInput input,
    @Nullable String recipe,
    @Nullable String data,
    @Nullable String engine,
    @Nullable Double accuracy,
    Map<String, String> more) {

  /** Nothing known. */
  public static final OnnxMetadata NONE =
      new OnnxMetadata(List.of(), null, null, null, null, null, Map.of());

  private static final Gson GSON = new Gson();

  /** Checks and copies. */
  public OnnxMetadata {
    labels = List.copyOf(labels);
    more = Map.copyOf(more);
    if (accuracy != null && !(accuracy >= 0 && accuracy <= 1)) {
      throw new IllegalArgumentException("accuracy must be 0 to 1, not " + accuracy);
    }
  }

  /**
   * As a model stores it.
   *
   * @return keys and values, in a fixed order
   */
  public Map<String, String> toProperties() {
    Map<String, String> result = new LinkedHashMap<>();
    if (!labels.isEmpty()) {
      result.put("labels", GSON.toJson(labels));
    }
    if (input != null) {
      result.put("mean", GSON.toJson(input.mean()));
      result.put("std", GSON.toJson(input.std()));
    }
    put(result, "recipe", recipe);
    put(result, "data", data);
    put(result, "engine", engine);
    put(result, "accuracy", accuracy);
    result.putAll(new TreeMap<>(more));
    return result;
  }

  private static void put(Map<String, String> to, String key, @Nullable Object value) {
    if (value != null) {
      to.put(key, value.toString());
    }
  }

  /**
   * From what a model stores.
   *
   * @param properties keys and values
   * @return the same in types
   * @throws IllegalArgumentException if a value isn't what its key promises; the message says which
   */
  public static OnnxMetadata of(Map<String, String> properties) {
    Map<String, String> rest = new TreeMap<>(properties);
    List<String> labels =
        List.of(parse("labels", rest.remove("labels"), String[].class, new String[0]));
    Float[] none = new Float[0];
    List<Float> mean = List.of(parse("mean", rest.remove("mean"), Float[].class, none));
    List<Float> std = List.of(parse("std", rest.remove("std"), Float[].class, none));
    String accuracy = rest.remove("accuracy");
    Double share;
    try {
      share = accuracy == null ? null : Double.valueOf(accuracy);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("accuracy in the metadata is no number: " + accuracy, e);
    }
    return new OnnxMetadata(
        labels,
        mean.isEmpty() && std.isEmpty() ? null : new ImageInput(mean, std),
        rest.remove("recipe"),
        rest.remove("data"),
        rest.remove("engine"),
        share,
        rest);
  }

  private static <T> T[] parse(String key, @Nullable String text, Class<T[]> type, T[] absent) {
    if (text == null) {
      return absent;
    }
    try {
      T[] value = GSON.fromJson(text, type);
      if (value != null && !Arrays.asList(value).contains(null)) {
        return value;
      }
    } catch (JsonSyntaxException e) {
      throw new IllegalArgumentException(key + " in the metadata is no JSON list: " + text, e);
    }
    throw new IllegalArgumentException(key + " in the metadata is no JSON list: " + text);
  }
}
