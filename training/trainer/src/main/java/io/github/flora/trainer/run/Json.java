package io.github.flora.trainer.run;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.github.flora.engine.Precision;
import io.github.flora.trainer.Monitor;
import io.github.flora.trainer.report.AtomicFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Records as JSON files: keys in snake case, enums in lower case. */
final class Json {

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .registerTypeAdapter(
              RunInfo.Status.class, new LowerCase<>(RunInfo.Status.class).nullSafe())
          .registerTypeAdapter(Monitor.class, new LowerCase<>(Monitor.class).nullSafe())
          .registerTypeAdapter(Precision.class, new LowerCase<>(Precision.class).nullSafe())
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  private Json() {}

  static void write(Path file, Object value) throws IOException {
    AtomicFiles.writeString(file, GSON.toJson(value) + "\n");
  }

  /** Sets one key of a file that holds an object and leaves the others as they are. */
  static void add(Path file, String key, Object value) throws IOException {
    JsonObject content = read(file, JsonObject.class);
    content.add(key, GSON.toJsonTree(value));
    write(file, content);
  }

  static <T> T read(Path file, Class<T> type) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new RunException(file + " is missing: is this the folder of a run?", e);
    } catch (CharacterCodingException e) {
      throw damaged(file, "it is not a text in UTF-8", e);
    }
    try {
      T value = GSON.fromJson(text, type);
      if (value != null) {
        return value;
      }
    } catch (JsonParseException e) {
      throw damaged(file, "it isn't JSON of the kind that Flora writes", e);
    } catch (RuntimeException e) {
      // What a record's constructor threw at a value, or its absence.
      throw damaged(file, "a key is missing or has a wrong value", e);
    }
    throw damaged(file, "it is empty", null);
  }

  static RunException damaged(Path file, String reason, @Nullable Throwable cause) {
    return new RunException(
        "%s is damaged (%s): train again or restore it".formatted(file, reason), cause);
  }

  private static final class LowerCase<E extends Enum<E>> extends TypeAdapter<E> {
    private final Class<E> type;

    LowerCase(Class<E> type) {
      this.type = type;
    }

    @Override
    public void write(JsonWriter out, E value) throws IOException {
      out.value(value.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public E read(JsonReader in) throws IOException {
      return Enum.valueOf(type, in.nextString().toUpperCase(Locale.ROOT));
    }
  }
}
