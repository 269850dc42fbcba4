package io.github.flora.models;

import ai.djl.ndarray.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * The element types of safetensors (its Rust {@code Dtype}, those of whole bytes). A type is used
 * if DJL's engines have it; the others can stand in a file, but not be read or written.
 */
enum ElementType {
  F64(8, DataType.FLOAT64, true),
  F32(4, DataType.FLOAT32, true),
  F16(2, DataType.FLOAT16, true),
  // Widened to FLOAT32 on reading: DJL's PyTorch binding ends the JVM on bfloat16.
  BF16(2, DataType.FLOAT32, false),
  I64(8, DataType.INT64, true),
  I32(4, DataType.INT32, true),
  I8(1, DataType.INT8, true),
  U8(1, DataType.UINT8, true),
  BOOL(1, DataType.BOOLEAN, true),
  U64(8, DataType.UINT64, false),
  U32(4, DataType.UINT32, false),
  U16(2, DataType.UINT16, false),
  I16(2, DataType.INT16, false),
  C64(8, DataType.COMPLEX64, false),
  F8_E4M3(1, DataType.UNKNOWN, false),
  F8_E5M2(1, DataType.UNKNOWN, false),
  F8_E8M0(1, DataType.UNKNOWN, false);

  private final int bytes;
  private final DataType dataType;
  private final boolean writable;

  ElementType(int bytes, DataType dataType, boolean writable) {
    this.bytes = bytes;
    this.dataType = dataType;
    this.writable = writable;
  }

  /** Bytes of one element in a file. */
  int bytes() {
    return bytes;
  }

  /** The type of the array that reading gives. */
  DataType dataType() {
    return dataType;
  }

  boolean readable() {
    return writable || this == BF16;
  }

  /** The type of that code in a file, null if there is none. */
  static @Nullable ElementType ofCode(String code) {
    for (ElementType type : values()) {
      if (type.name().equals(code)) {
        return type;
      }
    }
    return null;
  }

  /** The type that arrays are written as, null if they can't be. */
  static @Nullable ElementType ofArrays(DataType dataType) {
    for (ElementType type : values()) {
      if (type.writable && type.dataType == dataType) {
        return type;
      }
    }
    return null;
  }
}
