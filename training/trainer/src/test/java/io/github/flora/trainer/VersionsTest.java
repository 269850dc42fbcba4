package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class VersionsTest {

  @Test
  void theBuildFillsInTheVersion() {
    assertTrue(Versions.flora().matches("\\d+\\.\\d+\\.\\d+.*"), Versions.flora());
  }
}
