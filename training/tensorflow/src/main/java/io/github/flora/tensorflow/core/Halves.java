package io.github.flora.tensorflow.core;

/** Floats of 16 bits, which Java 17 can't convert. */
public final class Halves {

  private Halves() {}

  /**
   * Rounds to IEEE 754 half precision, ties to even.
   *
   * @param value the number
   * @return its 16 bits
   */
  public static short fromFloat(float value) {
    int bits = Float.floatToIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 65520f) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
      // Subnormal: a multiple of 2^-24.
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
    }
    int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
    return (short) (sign | ((rounded >>> 13) - (112 << 10)));
  }

  /**
   * Widens a half.
   *
   * @param half its 16 bits
   * @return the number
   */
  public static float toFloat(short half) {
    int exponent = half >>> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    float magnitude;
    if (exponent == 0) {
      magnitude = mantissa * 0x1p-24f;
    } else if (exponent == 31) {
      magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat((exponent + 112) << 23 | mantissa << 13);
    }
    return half < 0 ? -magnitude : magnitude;
  }

  /**
   * Rounds to bfloat16, ties to even.
   *
   * @param value the number
   * @return its 16 bits
   */
  public static short brainFromFloat(float value) {
    int bits = Float.floatToIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
