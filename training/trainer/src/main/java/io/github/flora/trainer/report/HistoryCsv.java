package io.github.flora.trainer.report;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes {@code history.csv}: a header, then a line per epoch, comma-separated, with
 * decimal points in every locale.
 *
 * <p>Losses, accuracies and rates are written so that reading gives the same {@code double} back;
 * seconds and images per second are rounded to three decimals. A value that wasn't measured is an
 * empty cell; a training loss that diverged is {@code NaN} or {@code Infinity}.
 */
public final class HistoryCsv {

  /** The first line of every file. */
  static final String HEADER =
      "epoch,train_loss,train_accuracy,val_loss,val_accuracy,"
          + "learning_rate,seconds,images_per_second";

  private static final String[] COLUMNS = HEADER.split(",", -1);

  private HistoryCsv() {}

  /**
   * Writes the history of a run.
   *
   * @param csv the file to write or replace
   * @param epochs the epochs in order
   * @throws IOException if the file can't be written; the old one then stays
   */
  public static void write(Path csv, List<Epoch> epochs) throws IOException {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Epoch e : epochs) {
      text.append(e.epoch()).append(',');
      text.append(e.trainLoss()).append(',');
      text.append(cell(e.trainAccuracy())).append(',');
      text.append(cell(e.valLoss())).append(',');
      text.append(cell(e.valAccuracy())).append(',');
      text.append(e.learningRate()).append(',');
      text.append(rounded(e.seconds())).append(',');
      text.append(rounded(e.imagesPerSecond())).append('\n');
    }
    AtomicFiles.writeString(csv, text);
  }

  /**
   * Reads the history of a run.
   *
   * @param csv the file to read
   * @return the epochs in order
   * @throws IOException if the file can't be read or isn't such a history; the message is one line
   *     that names the file, and for a malformed file the line's number and the column
   */
  public static List<Epoch> read(Path csv) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(csv);
    } catch (IOException e) {
      throw new IOException("can't read " + csv + ": " + AtomicFiles.reason(e), e);
    }
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new IOException(csv + " line 1: expected the header " + HEADER);
    }
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      try {
        Epoch epoch = parse(lines.get(i));
        if (!epochs.isEmpty() && epoch.epoch() <= epochs.get(epochs.size() - 1).epoch()) {
          throw new IllegalArgumentException("epoch " + epoch.epoch() + " is out of order");
        }
        epochs.add(epoch);
      } catch (IllegalArgumentException e) {
        throw new IOException(csv + " line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(epochs);
  }

  private static Epoch parse(String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != COLUMNS.length) {
      throw new IllegalArgumentException(
          "expected " + COLUMNS.length + " values, found " + cells.length);
    }
    double[] values = new double[cells.length];
    for (int i = 0; i < cells.length; i++) {
      try {
        values[i] = cells[i].isEmpty() ? Double.NaN : Double.parseDouble(cells[i]);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(COLUMNS[i] + " is '" + cells[i] + "', not a number", e);
      }
    }
    int epoch = (int) values[0];
    if (epoch != values[0]) {
      throw new IllegalArgumentException("epoch is '" + cells[0] + "', not a whole number");
    }
    return new Epoch(
        epoch, values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }

  private static String rounded(double value) {
    return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_EVEN).toPlainString();
  }
}
