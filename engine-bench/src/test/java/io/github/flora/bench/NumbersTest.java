package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NumbersTest {

  @Test
  void theMedianIsTheMiddle() {
    assertEquals(3.0, Numbers.median(List.of(9.0, 3.0, 1.0)));
    assertEquals(2.0, Numbers.median(List.of(9.0, 3.0, 1.0, 1.0)));
    assertNull(Numbers.median(List.of()));
  }

  /** Against scipy 1.17: {@code stats.t.interval(0.95, n - 1, mean, stats.sem(x))}. */
  @Test
  void theSpreadIsStudentsInterval() {
    Double three = Numbers.spread(List.of(10.0, 11.0, 12.0));
    assertNotNull(three);
    // 11 ± 2.484138
    assertEquals(2.484138 / 11, three, 1e-4);
    Double five = Numbers.spread(List.of(98.0, 101.0, 100.0, 99.0, 105.0));
    assertNotNull(five);
    // 100.6 ± 3.354791
    assertEquals(3.354791 / 100, five, 1e-5);
    assertNull(Numbers.spread(List.of(5.0)), "one round says nothing about the next");
  }

  @ParameterizedTest
  @CsvSource({
    "1234567,'1,234,567'",
    "99.96,100",
    "55.54,55.5",
    "9.996,10.0",
    "1.234,1.23",
    "0.0356,0.036"
  })
  void figuresHaveThreeDigits(double value, String text) {
    assertEquals(text, Numbers.shortly(value));
  }
}
