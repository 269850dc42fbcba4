package io.github.flora.trainer.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;

/**
 * JSON as indented text. Unlike gson's own pretty printing, an array without objects or arrays
 * inside stays on one line: a confusion matrix of 102 classes takes 102 lines, not 10,404.
 */
public final class JsonText {

  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private JsonText() {}

  /**
   * Writes JSON.
   *
   * @param json what to write
   * @return the text, ending with a line break
   */
  public static String of(JsonElement json) {
    StringBuilder text = new StringBuilder();
    append(text, json, "\n");
    return text.append('\n').toString();
  }

  /**
   * Takes out what JSON has no number for.
   *
   * @param json what to copy
   * @return a deep copy in which NaN and infinite numbers are null
   */
  public static JsonElement finite(JsonElement json) {
    if (json instanceof JsonObject object) {
      JsonObject copy = new JsonObject();
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        copy.add(entry.getKey(), finite(entry.getValue()));
      }
      return copy;
    }
    if (json instanceof JsonArray array) {
      JsonArray copy = new JsonArray();
      for (JsonElement element : array) {
        copy.add(finite(element));
      }
      return copy;
    }
    boolean unknown =
        json instanceof JsonPrimitive primitive
            && primitive.isNumber()
            && !Double.isFinite(primitive.getAsDouble());
    return unknown ? JsonNull.INSTANCE : json;
  }

  private static void append(StringBuilder text, JsonElement json, String lineBreak) {
    String inner = lineBreak + "  ";
    String separator = inner;
    if (json instanceof JsonObject object && !object.isEmpty()) {
      text.append('{');
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        text.append(separator).append(GSON.toJson(entry.getKey())).append(": ");
        append(text, entry.getValue(), inner);
        separator = "," + inner;
      }
      text.append(lineBreak).append('}');
    } else if (json instanceof JsonArray array && hasInner(array)) {
      text.append('[');
      for (JsonElement element : array) {
        text.append(separator);
        append(text, element, inner);
        separator = "," + inner;
      }
      text.append(lineBreak).append(']');
    } else {
      text.append(GSON.toJson(json));
    }
  }

  private static boolean hasInner(JsonArray array) {
    for (JsonElement element : array) {
      if (element.isJsonObject() || element.isJsonArray()) {
        return true;
      }
    }
    return false;
  }
}
