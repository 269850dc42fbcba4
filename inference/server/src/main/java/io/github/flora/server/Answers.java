package io.github.flora.server;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** What the server says of an image, in JSON. */
final class Answers {

  private final List<String> labels;

  Answers(List<String> labels) {
    this.labels = List.copyOf(labels);
  }

  /**
   * A class and how sure the model is of it.
   *
   * @param index index of the class
   * @param confidence its probability, 0 to 1
   */
  record Choice(int index, double confidence) {}

  /**
   * What the model says of one image.
   *
   * @param top the best classes, the best first; at least one
   * @param inverted whether the image was inverted before
   */
  record Answer(List<Choice> top, boolean inverted) {

    /** Returns the index of the best class. */
    int index() {
      return top.get(0).index();
    }
  }

  /**
   * Chooses the best classes; the first of equals.
   *
   * @param probabilities by class
   * @param count how many at most
   * @param inverted whether the image was inverted before
   */
  Answer of(double[] probabilities, int count, boolean inverted) {
    int size = Math.min(count, probabilities.length);
    List<Choice> top = new ArrayList<>(size + 1);
    for (int c = 0; c < probabilities.length; c++) {
      double p = probabilities[c];
      if (top.size() == size && p <= top.get(size - 1).confidence()) {
        continue;
      }
      int place = top.size();
      while (place > 0 && top.get(place - 1).confidence() < p) {
        place--;
      }
      top.add(place, new Choice(c, p));
      if (top.size() > size) {
        top.remove(size);
      }
    }
    return new Answer(List.copyOf(top), inverted);
  }

  /** The answer to a request with one image. */
  String json(Answer answer, double milliseconds) {
    StringWriter text = new StringWriter(256);
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      write(json, answer);
      json.name("milliseconds").value(milliseconds).endObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  /** The answer to a request with several images. */
  String json(List<String> names, List<Answer> all, double milliseconds) {
    StringWriter text = new StringWriter(1024);
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject().name("predictions").beginArray();
      for (int i = 0; i < all.size(); i++) {
        json.beginObject().name("file").value(names.get(i));
        write(json, all.get(i));
        json.endObject();
      }
      json.endArray().name("milliseconds").value(milliseconds).endObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private void write(JsonWriter json, Answer answer) throws IOException {
    write(json, answer.top().get(0));
    json.name("top").beginArray();
    for (Choice choice : answer.top()) {
      json.beginObject();
      write(json, choice);
      json.endObject();
    }
    json.endArray();
    json.name("inverted").value(answer.inverted());
  }

  private void write(JsonWriter json, Choice choice) throws IOException {
    json.name("class").value(labels.get(choice.index()));
    json.name("confidence").value(choice.confidence());
  }
}
