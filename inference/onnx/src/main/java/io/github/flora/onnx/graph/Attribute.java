package io.github.flora.onnx.graph;

import java.util.Arrays;
import java.util.List;

/** A constant argument of a node, of one of the types that we write. */
public sealed interface Attribute {

  /**
   * The attribute's name.
   *
   * @return the name in ONNX's operator schema
   */
  String name();

  /**
   * A whole number.
   *
   * @param name the attribute's name
   * @param value its value
   */
  record Int(String name, long value) implements Attribute {}

  /**
   * A number.
   *
   * @param name the attribute's name
   * @param value its value
   */
  record Real(String name, float value) implements Attribute {}

  /**
   * A text.
   *
   * @param name the attribute's name
   * @param value its value
   */
  record Text(String name, String value) implements Attribute {}

  /**
   * A list of texts.
   *
   * @param name the attribute's name
   * @param values its values
   */
  record Texts(String name, List<String> values) implements Attribute {

    /** Copies the values. */
    public Texts {
      values = List.copyOf(values);
    }
  }

  /**
   * A list of whole numbers.
   *
   * @param name the attribute's name
   * @param values its values
   */
  record Ints(String name, List<Long> values) implements Attribute {

    /** Copies the values. */
    public Ints {
      values = List.copyOf(values);
    }

    /**
     * A list of whole numbers.
     *
     * @param name the attribute's name
     * @param values its values
     */
    public Ints(String name, long... values) {
      this(name, Arrays.stream(values).boxed().toList());
    }
  }
}
