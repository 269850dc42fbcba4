package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SeedsTest {

  @Test
  void everyUseOfEverySeedIsItsOwn() {
    Set<Long> wide = new HashSet<>();
    Set<Integer> narrow = new HashSet<>();
    int seeds = 20;
    int epochs = 20;
    for (long seed = -seeds / 2; seed < seeds / 2; seed++) {
      Seeds s = new Seeds(seed);
      wide.add(s.split());
      narrow.add(s.initialisation());
      for (int epoch = 1; epoch <= epochs; epoch++) {
        wide.add(s.shuffle(epoch));
        narrow.add(s.engine(epoch));
      }
    }
    assertEquals(seeds * (epochs + 1), wide.size());
    assertEquals(seeds * (epochs + 1), narrow.size());
  }

  /** Neighbouring seeds differ in about half of the bits. */
  @Test
  void neighboursShareNothing() {
    for (long seed = 0; seed < 100; seed++) {
      int bits = Long.bitCount(new Seeds(seed).split() ^ new Seeds(seed + 1).split());
      assertTrue(bits > 10 && bits < 54, seed + ": " + bits);
    }
  }

  /** Another mixing would change what every run with a given seed learns. */
  @Test
  void numbersAreStable() {
    Seeds one = new Seeds(1);
    assertEquals(one, new Seeds(1));
    assertEquals(
        "-1996333887 -148808918 4947436840658157891 8196980753821780235",
        "%d %d %d %d".formatted(one.initialisation(), one.engine(1), one.shuffle(1), one.split()));
  }
}
