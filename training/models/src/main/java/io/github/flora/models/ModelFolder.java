package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a trained model as DJL's {@code Criteria} loads it: {@code model.json}, {@code
 * model.safetensors} and, for DJL, {@code serving.properties}:
 *
 * <pre>{@code
 * Criteria.builder().setTypes(NDList.class, NDList.class)
 *     .optModelPath(Path.of("runs/digits/model")).optEngine("PyTorch").build().loadModel()
 * }</pre>
 *
 * <p>takes normalised images N×C×H×W and gives logits. For pictures, {@code setTypes(Image.class,
 * Classifications.class)} and {@code optTranslatorFactory(new ModelFolderTranslatorFactory())}: DJL
 * 0.36 reads {@code serving.properties} too late to find a translator there, except for its
 * server's own types {@code Input} and {@code Output}.
 */
public final class ModelFolder {

  static final String WEIGHTS = "model.safetensors";
  private static final String DESCRIPTION = "model.json";
  private static final String PROPERTIES = "serving.properties";

  private ModelFolder() {}

  /**
   * Writes {@code serving.properties}, by which DJL finds the classes of ours that read the rest; a
   * file of that name is replaced.
   *
   * @param folder the folder; its other files may be written later
   * @throws IOException if the file can't be written
   */
  public static void writeServingProperties(Path folder) throws IOException {
    // Without hasParameter=false DJL looks for a .params file of its own.
    String text =
        """
        # Read by DJL: lets Criteria load this folder.
        blockFactory=%s
        translatorFactory=%s
        option.hasParameter=false
        """
            .formatted(
                ModelFolderBlockFactory.class.getName(),
                ModelFolderTranslatorFactory.class.getName());
    // Not Files.createTempFile, whose files only their owner may read.
    Path beside = folder.resolve(".%s.%s.tmp".formatted(PROPERTIES, UUID.randomUUID()));
    try {
      Files.writeString(beside, text);
      Files.move(beside, folder.resolve(PROPERTIES), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new WeightsException(folder.resolve(PROPERTIES), "can't be written", e);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /**
   * What {@code model.json} says.
   *
   * @param input one image, C×H×W
   * @param margin rows and columns of zeros around every image that lie within {@code input}
   * @param resize length that the shorter side of a photograph is resized to before the middle is
   *     cut out, or null if all of the image is brought to the input's size
   * @param mean per channel, in units of the brightest pixel
   * @param std per channel, in the same unit
   * @param labels the classes' names in the order of the logits
   */
  @SuppressWarnings("ArrayRecordComponent") // for this package, which doesn't change them
  record Description(
      Network network,
      NetworkOptions options,
      Shape input,
      int margin,
      @Nullable Integer resize,
      float[] mean,
      float[] std,
      List<String> labels) {}

  /** Reads {@code model.json}. */
  static Description read(Path folder) throws IOException {
    Path file = folder.resolve(DESCRIPTION);
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new WeightsException(file, "can't be read", e);
    }
    try {
      return parse(JsonParser.parseString(text).getAsJsonObject());
    } catch (MissingKeyException | IllegalArgumentException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()));
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | ClassCastException e) {
      throw new WeightsException(file, "isn't the description of a model");
    }
  }

  private static Description parse(JsonObject json) throws MissingKeyException {
    JsonObject options = get(json, "options").getAsJsonObject();
    JsonObject input = get(json, "input").getAsJsonObject();
    JsonObject normalization = get(json, "normalization").getAsJsonObject();
    JsonElement margin = json.get("margin");
    JsonElement resize = json.get("resize");
    int channels = get(input, "channels").getAsInt();
    Description description =
        new Description(
            Networks.get(get(json, "network").getAsString()),
            new NetworkOptions(
                get(options, "classes").getAsInt(),
                optionalFloat(options.get("dropout")),
                options.has("batch_norm") && options.get("batch_norm").getAsBoolean(),
                options.has("head_hidden") ? options.get("head_hidden").getAsInt() : 0),
            new Shape(channels, get(input, "height").getAsInt(), get(input, "width").getAsInt()),
            margin == null ? 0 : margin.getAsInt(),
            resize == null || resize.isJsonNull() ? null : resize.getAsInt(),
            floats(get(normalization, "mean").getAsJsonArray()),
            floats(get(normalization, "std").getAsJsonArray()),
            strings(get(json, "labels").getAsJsonArray()));
    if (description.mean().length != channels || description.std().length != channels) {
      throw new IllegalArgumentException("normalization isn't for " + channels + " channels");
    }
    int classes = description.options().classes();
    if (description.labels().size() != classes) {
      throw new IllegalArgumentException(
          "has " + description.labels().size() + " labels for " + classes + " classes");
    }
    if (Arrays.stream(description.input().getShape()).anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("input " + description.input() + " is empty");
    }
    return description;
  }

  private static JsonElement get(JsonObject json, String key) throws MissingKeyException {
    JsonElement value = json.get(key);
    if (value == null) {
      throw new MissingKeyException(key);
    }
    return value;
  }

  private static @Nullable Float optionalFloat(@Nullable JsonElement value) {
    return value == null || value.isJsonNull() ? null : value.getAsFloat();
  }

  private static float[] floats(JsonArray array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsFloat();
    }
    return values;
  }

  private static List<String> strings(JsonArray array) {
    List<String> values = new ArrayList<>();
    array.forEach(value -> values.add(value.getAsString()));
    return values;
  }

  private static final class MissingKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingKeyException(String key) {
      super("lacks the key '" + key + "'");
    }
  }
}
