package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.data.Normalization;
import io.github.flora.models.NetworkOptions;
import io.github.flora.trainer.run.ModelInfo;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decoded at the same time stays within memory. */
final class DecoderTest {

  private static final int SIDE = 100;
  private static final long PIXELS = 2 * SIDE * SIDE + 5;

  private final Budget budget = new Budget(PIXELS);
  private final Decoder decoder = new Decoder(info(), 1_000_000, budget);

  private static ModelInfo info() {
    return new ModelInfo(
        "any",
        NetworkOptions.of(2),
        new ModelInfo.Input(3, 8, 8),
        0,
        null,
        Normalization.of(new float[3], new float[] {1, 1, 1}),
        List.of("a", "b"));
  }

  private static byte[] picture(int side) {
    return TestServer.encoded(77, side, side, "png");
  }

  @Test
  void refusesWhatWouldNotFitBesideTheOthers() {
    assertTrue(budget.take(SIDE * SIDE + 6));
    ProblemException busy =
        assertThrows(ProblemException.class, () -> decoder.decode(picture(SIDE), "a"));
    assertEquals(503, busy.problem().status());
    assertEquals(8 * 8 * 3, decoder.decode(picture(10), "a small one").bytes().length);
    budget.give(SIDE * SIDE + 6);
    assertEquals(8 * 8 * 3, decoder.decode(picture(SIDE), "a").bytes().length);
  }

  /** Else the server would end up refusing everything. */
  @ParameterizedTest
  @ValueSource(strings = {"good", "cut off", "too large", "no image"})
  void givesBackWhatItTook(String kind) {
    byte[] good = picture(SIDE);
    byte[] file =
        switch (kind) {
          case "good" -> good;
          case "cut off" -> Arrays.copyOf(good, good.length / 2);
          case "too large" -> picture(1001);
          case "no image" -> new byte[] {1, 2, 3};
          default -> throw new IllegalArgumentException(kind);
        };
    if (kind.equals("good")) {
      assertFalse(decoder.decode(file, kind).inverted());
    } else {
      assertThrows(ProblemException.class, () -> decoder.decode(file, kind));
    }
    assertEquals(PIXELS, budget.left());
  }

  /** Whatever the heap, one image of the largest size is let in. */
  @Test
  void sharesTheHeap() {
    ServerSettings settings = TestServer.SETTINGS;
    assertEquals((1 << 30) / 2 / 16, settings.pixelsAtOnce());
    assertEquals((1 << 30) / 2, settings.bytesAtOnce());
    ServerSettings small = TestServer.settings(settings.readTimeout(), 1);
    assertEquals(settings.maxPixels(), small.pixelsAtOnce());
    assertEquals(settings.maxBody(), small.bytesAtOnce());
    assertEquals(Runtime.getRuntime().maxMemory() / 2, ServerSettings.DEFAULT.memory());
  }
}
