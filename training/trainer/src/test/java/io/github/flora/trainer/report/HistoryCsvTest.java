package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryCsvTest {

  private static final String HEADER =
      "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,seconds,"
          + "images_per_second";

  @TempDir Path folder;

  @Test
  void formatIsPinnedInEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      HistoryCsv.write(
          csv(),
          List.of(
              new Epoch(1, 0.25, 0.9375, 0.5, 0.875, 0.001, 12.34567, 4821.5),
              new Epoch(2, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 1e-5, 0, 1234567.891)));
    } finally {
      Locale.setDefault(before);
    }
    assertEquals(
        HEADER
            + "\n1,0.25,0.9375,0.5,0.875,0.001,12.346,4821.500\n"
            + "2,NaN,,,,1.0E-5,0.000,1234567.891\n",
        Files.readString(csv()));
  }

  @Test
  void lossesAccuraciesAndRatesComeBackExactly() throws IOException {
    List<Epoch> epochs =
        List.of(
            new Epoch(1, 0.1f, 1 / 3.0, Math.PI, 2 / 3.0, 3e-4f, 1.5, 250),
            new Epoch(7, Double.POSITIVE_INFINITY, 0, Double.NaN, Double.NaN, 0, 0.001, 0));
    HistoryCsv.write(csv(), epochs);
    assertEquals(epochs, HistoryCsv.read(csv()));
  }

  @Test
  void noEpochsYet() throws IOException {
    HistoryCsv.write(csv(), List.of());
    assertEquals(HEADER + "\n", Files.readString(csv()));
    assertEquals(List.of(), HistoryCsv.read(csv()));
  }

  @Test
  void carriageReturnsAreRead() throws IOException {
    Files.writeString(csv(), HEADER + "\r\n1,1,0.5,,,0.1,2,3\r\n");
    assertEquals(
        List.of(new Epoch(1, 1, 0.5, Double.NaN, Double.NaN, 0.1, 2, 3)), HistoryCsv.read(csv()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2,1,1,1,1,1,1|expected 8 values, found 7",
        "2,1,1,1,1,1,1,1,1|expected 8 values, found 9",
        "2,abc,1,1,1,1,1,1|train_loss is 'abc', not a number",
        "2.5,1,1,1,1,1,1,1|epoch is '2.5', not a whole number",
        ",1,1,1,1,1,1,1|epoch is '', not a whole number",
        "0,1,1,1,1,1,1,1|epoch is 0, but epochs count from 1",
        "1,1,1,1,1,1,1,1|epoch 1 is out of order",
        "2,1,1.5,1,1,1,1,1|train_accuracy is 1.5, but has to lie in 0–1",
        "2,1,1,1,-1,1,1,1|val_accuracy is -1.0, but has to lie in 0–1",
        "2,1,1,1,1,-1,1,1|learning_rate is -1.0, but has to be 0 or more",
        "2,1,1,1,1,1,NaN,1|seconds is NaN, but has to be 0 or more",
        "2,1,1,1,1,1,1,Infinity|images_per_second is Infinity, but has to be 0 or more",
      })
  void malformedLineIsNamed(String line, String reason) throws IOException {
    Files.writeString(csv(), HEADER + "\n1,1,1,1,1,1,1,1\n" + line + "\n");
    IOException e = assertThrows(IOException.class, () -> HistoryCsv.read(csv()));
    assertEquals(csv() + " line 3: " + reason, e.getMessage());
  }

  @Test
  void emptyLineIsMalformed() throws IOException {
    Files.writeString(csv(), HEADER + "\n\n");
    IOException e = assertThrows(IOException.class, () -> HistoryCsv.read(csv()));
    assertEquals(csv() + " line 2: expected 8 values, found 1", e.getMessage());
  }

  @Test
  void otherHeaderIsRefused() throws IOException {
    for (String text : List.of("", "epoch,loss\n")) {
      Files.writeString(csv(), text);
      IOException e = assertThrows(IOException.class, () -> HistoryCsv.read(csv()));
      assertEquals(csv() + " line 1: expected the header " + HEADER, e.getMessage());
    }
  }

  @Test
  void unreadableFilesAreNamed() throws IOException {
    IOException missing = assertThrows(IOException.class, () -> HistoryCsv.read(csv()));
    assertEquals("can't read " + csv() + ": there is no " + csv(), missing.getMessage());
    Files.write(csv(), new byte[] {(byte) 0xFF, 0x00, 'a'});
    IOException binary = assertThrows(IOException.class, () -> HistoryCsv.read(csv()));
    assertEquals("can't read " + csv() + ": it is not a text in UTF-8", binary.getMessage());
  }

  @Test
  void bestEpoch() {
    Epoch unvalidated = new Epoch(1, 0, 1, Double.NaN, Double.NaN, 1, 1, 1);
    Epoch first = new Epoch(2, 1, 1, 0.50, 0.9, 1, 1, 1);
    Epoch lowerLoss = new Epoch(3, 1, 1, 0.25, 0.9, 1, 1, 1);
    Epoch same = new Epoch(4, 1, 1, 0.25, 0.9, 1, 1, 1);
    Epoch worse = new Epoch(5, 1, 1, 0.01, 0.8, 1, 1, 1);
    assertEquals(
        Optional.of(lowerLoss), Epoch.best(List.of(unvalidated, first, lowerLoss, same, worse)));
    assertEquals(Optional.empty(), Epoch.best(List.of(unvalidated)));
  }

  private Path csv() {
    return folder.resolve("history.csv");
  }
}
