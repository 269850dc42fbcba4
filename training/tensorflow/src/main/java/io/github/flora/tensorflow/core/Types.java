package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;

/** TensorFlow's numbers of element types ({@code tensorflow/core/framework/types.proto}). */
public final class Types {

  /** The type of handles of variables; DJL has none. */
  static final int RESOURCE = 20;

  private Types() {}

  /**
   * Returns TensorFlow's number.
   *
   * @param type DJL's type
   * @return the number of {@code TF_DataType}
   */
  static int number(DataType type) {
    return switch (type) {
      case FLOAT32 -> 1;
      case FLOAT64 -> 2;
      case INT32 -> 3;
      case UINT8 -> 4;
      case INT16 -> 5;
      case INT8 -> 6;
      case STRING -> 7;
      case COMPLEX64 -> 8;
      case INT64 -> 9;
      case BOOLEAN -> 10;
      case BFLOAT16 -> 14;
      case UINT16 -> 17;
      case FLOAT16 -> 19;
      case UNKNOWN -> RESOURCE;
      case UINT32 -> 22;
      case UINT64 -> 23;
    };
  }

  /**
   * Returns DJL's type.
   *
   * @param number the number of {@code TF_DataType}
   * @return the type; UNKNOWN for handles of variables
   */
  static DataType type(int number) {
    return switch (number) {
      case 1 -> DataType.FLOAT32;
      case 2 -> DataType.FLOAT64;
      case 3 -> DataType.INT32;
      case 4 -> DataType.UINT8;
      case 5 -> DataType.INT16;
      case 6 -> DataType.INT8;
      case 7 -> DataType.STRING;
      case 8 -> DataType.COMPLEX64;
      case 9 -> DataType.INT64;
      case 10 -> DataType.BOOLEAN;
      case 14 -> DataType.BFLOAT16;
      case 17 -> DataType.UINT16;
      case 19 -> DataType.FLOAT16;
      case RESOURCE -> DataType.UNKNOWN;
      case 22 -> DataType.UINT32;
      case 23 -> DataType.UINT64;
      default -> throw new UnsupportedOperationException("TensorFlow's data type " + number);
    };
  }
}
