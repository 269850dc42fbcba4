package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest {

  private static final int HEIGHT = 4;
  private static final int WIDTH = 8;

  private static NDArray bytes(NDManager manager, int images, int channels) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(images * HEIGHT * WIDTH * channels);
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) (37 * i));
    }
    return manager.create(buffer, new Shape(images, HEIGHT, WIDTH, channels), DataType.UINT8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unit", "one mean", "imagenet", "same std"})
  void equalsTheFormula(String name) {
    Normalization normalization =
        switch (name) {
          case "unit" -> Normalization.UNIT;
          case "one mean" -> Normalization.of(new float[] {0.1307f}, new float[] {0.3081f});
          case "imagenet" ->
              Normalization.of(
                  new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
          default -> Normalization.of(new float[] {0.5f, 0.4f}, new float[] {0.25f, 0.25f});
        };
    int channels = normalization.channels();
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray result = normalization.apply(bytes(manager, 2, channels));

      assertEquals(new Shape(2, channels, HEIGHT, WIDTH), result.getShape());
      assertEquals(DataType.FLOAT32, result.getDataType());
      float[] actual = result.toFloatArray();
      int i = 0;
      for (int n = 0; n < 2; n++) {
        for (int c = 0; c < channels; c++) {
          for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
              int pixel = (37 * (((n * HEIGHT + y) * WIDTH + x) * channels + c)) & 0xff;
              double expected = (pixel / 255.0 - normalization.mean()[c]) / normalization.std()[c];
              assertEquals(expected, actual[i++], 2e-6);
            }
          }
        }
      }
    }
  }

  @Test
  void intermediatesAreGoneAndTheResultBelongsToTheArraysManager() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray raw = bytes(manager, 2, 3);
      int before = manager.getManagedArrays().size();
      NDArray result =
          Normalization.of(new float[] {0, 0.1f, 0.2f}, new float[] {1, 1, 1}).apply(raw);
      assertEquals(manager, result.getManager());
      assertEquals(before + 1, manager.getManagedArrays().size());
    }
  }

  @Test
  void otherTypesAndShapesAreRefused() {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (NDArray wrong :
          new NDArray[] {
            manager.zeros(new Shape(1, 4, 8, 1)),
            bytes(manager, 1, 1).squeeze(0),
            bytes(manager, 1, 3)
          }) {
        assertThrows(IllegalArgumentException.class, () -> Normalization.UNIT.apply(wrong));
      }
    }
  }

  @Test
  void copiesAndComparesByContent() {
    float[] mean = {0.5f};
    float[] std = {0.25f};
    Normalization normalization = Normalization.of(mean, std);
    mean[0] = 9;
    normalization.std()[0] = 9;

    Normalization same = Normalization.of(new float[] {0.5f}, std);
    assertEquals(same, normalization);
    assertEquals(same.hashCode(), normalization.hashCode());
    assertNotEquals(Normalization.UNIT, normalization);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "NaN,1", "0,NaN", "0,-1", "Infinity,1"})
  void valuesOutOfRangeAreRefused(float mean, float std) {
    assertThrows(
        IllegalArgumentException.class,
        () -> Normalization.of(new float[] {mean}, new float[] {std}));
  }

  @Test
  void lengthsHaveToAgree() {
    assertThrows(
        IllegalArgumentException.class, () -> Normalization.of(new float[3], new float[] {1}));
    assertThrows(
        IllegalArgumentException.class, () -> Normalization.of(new float[0], new float[0]));
  }

  @Test
  void standardizingGivesMeanZeroAndVarianceOne() {
    // Channel 0 is 0 or 255 half and half: mean 0.5, deviation 0.5. Channel 1 never changes.
    byte[] pixels = {0, 51, -1, 51, 0, 51, -1, 51};
    ImageSet images = ImageSet.of(pixels, new int[] {0, 0}, 1, 2, 2);
    assertEquals(
        Normalization.of(new float[] {0.5f, 0.2f}, new float[] {0.5f, 1}),
        Normalization.standardizing(images));
  }
}
