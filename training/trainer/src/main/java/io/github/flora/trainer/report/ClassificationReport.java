package io.github.flora.trainer.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The scores of an evaluation. Precision, recall and F1 follow scikit-learn's {@code
 * precision_recall_fscore_support} with {@code zero_division=0}: a score whose denominator is zero
 * (a class that never occurs, or is never predicted) is 0. NaN stands for 'not measured'.
 *
 * @param accuracy share of images classified correctly, 0–1
 * @param loss mean loss per image
 * @param top5Accuracy share of images whose class is among the five likeliest, 0–1
 * @param macro plain averages over all classes, those without images included
 * @param classes scores per class, in the order of the classes' indices
 * @param confusion counts, a row per true class and a column per predicted one
 * @param imagesPerSecond images evaluated per second
 */
public record ClassificationReport(
    double accuracy,
    double loss,
    double top5Accuracy,
    Macro macro,
    List<ClassScore> classes,
    List<List<Long>> confusion,
    double imagesPerSecond) {

  /**
   * Averages over classes, each class weighing the same; scikit-learn's {@code macro avg}.
   *
   * @param precision mean precision, 0–1
   * @param recall mean recall, 0–1
   * @param f1 mean of the classes' F1, 0–1
   */
  public record Macro(double precision, double recall, double f1) {
    /** Checks the ranges. */
    public Macro {
      Checks.share("precision", precision);
      Checks.share("recall", recall);
      Checks.share("f1", f1);
    }
  }

  /**
   * The scores of one class.
   *
   * @param label the class's name
   * @param precision share of the images taken for this class that belong to it, 0–1
   * @param recall share of this class's images that were recognised, 0–1
   * @param f1 harmonic mean of both, 0–1
   * @param support how many images the class has
   */
  public record ClassScore(String label, double precision, double recall, double f1, long support) {
    /** Checks the ranges. */
    public ClassScore {
      Checks.share("precision", precision);
      Checks.share("recall", recall);
      Checks.share("f1", f1);
      Checks.notNegative("support", (double) support);
    }
  }

  /**
   * Checks the ranges and copies the lists.
   *
   * @throws IllegalArgumentException if a share lies outside 0–1 or the matrix isn't classes ×
   *     classes
   */
  public ClassificationReport {
    Checks.share("accuracy", accuracy);
    Checks.share("top5_accuracy", top5Accuracy);
    classes = List.copyOf(classes);
    confusion = confusion.stream().map(List::copyOf).toList();
    int size = classes.size();
    if (confusion.size() != size || confusion.stream().anyMatch(row -> row.size() != size)) {
      throw new IllegalArgumentException("the matrix has to be " + size + " × " + size);
    }
  }

  /**
   * Computes the scores.
   *
   * @param matrix what was taken for what
   * @param loss mean loss per image; NaN if not measured
   * @param top5Accuracy share of images whose class is among the five likeliest, 0–1; NaN if not
   *     measured
   * @param imagesPerSecond images evaluated per second; NaN if not measured
   * @return the report
   */
  public static ClassificationReport of(
      ConfusionMatrix matrix, double loss, double top5Accuracy, double imagesPerSecond) {
    List<ClassScore> classes = new ArrayList<>();
    List<List<Long>> confusion = new ArrayList<>();
    for (int i = 0; i < matrix.size(); i++) {
      long hits = matrix.count(i, i);
      long support = matrix.support(i);
      long predicted = matrix.predicted(i);
      classes.add(
          new ClassScore(
              matrix.labels().get(i),
              ratio(hits, predicted),
              ratio(hits, support),
              ratio(2 * hits, support + predicted),
              support));
      List<Long> row = new ArrayList<>();
      for (int j = 0; j < matrix.size(); j++) {
        row.add(matrix.count(i, j));
      }
      confusion.add(row);
    }
    Macro macro =
        new Macro(
            classes.stream().mapToDouble(ClassScore::precision).average().orElse(0),
            classes.stream().mapToDouble(ClassScore::recall).average().orElse(0),
            classes.stream().mapToDouble(ClassScore::f1).average().orElse(0));
    return new ClassificationReport(
        matrix.accuracy(), loss, top5Accuracy, macro, classes, confusion, imagesPerSecond);
  }

  /**
   * The report as JSON. NaN and infinite numbers, which JSON doesn't know, become {@code null}.
   *
   * @param context further keys, such as the engine and the data; may be empty
   * @return the report's keys, then the context's
   * @throws IllegalArgumentException if the context has one of the report's own keys
   */
  public JsonObject toJson(JsonObject context) {
    JsonObject json = new JsonObject();
    json.add("accuracy", number(accuracy));
    json.add("loss", number(loss));
    json.add("top5_accuracy", number(top5Accuracy));
    JsonObject averages = new JsonObject();
    addScores(averages, macro.precision(), macro.recall(), macro.f1());
    json.add("macro", averages);
    JsonArray perClass = new JsonArray();
    for (ClassScore score : classes) {
      JsonObject entry = new JsonObject();
      entry.addProperty("label", score.label());
      addScores(entry, score.precision(), score.recall(), score.f1());
      entry.addProperty("support", score.support());
      perClass.add(entry);
    }
    json.add("classes", perClass);
    json.add("images_per_second", number(imagesPerSecond));
    JsonArray rows = new JsonArray();
    for (List<Long> row : confusion) {
      JsonArray cells = new JsonArray();
      row.forEach(cells::add);
      rows.add(cells);
    }
    json.add("confusion_matrix", rows);
    for (Map.Entry<String, JsonElement> extra : context.entrySet()) {
      if (json.has(extra.getKey())) {
        throw new IllegalArgumentException("the report has a key '" + extra.getKey() + "' already");
      }
      json.add(extra.getKey(), JsonText.finite(extra.getValue()));
    }
    return json;
  }

  /**
   * Writes the report as JSON, indented, with a row of the matrix per line.
   *
   * @param file the file to write or replace
   * @param context further keys, as in {@link #toJson}
   * @throws IOException if the file can't be written; the old one then stays
   */
  public void write(Path file, JsonObject context) throws IOException {
    AtomicFiles.writeString(file, JsonText.of(toJson(context)));
  }

  /** The report as an aligned table for a terminal, ending with a line break. */
  public String toText() {
    return ReportTable.of(this);
  }

  private static void addScores(JsonObject json, double precision, double recall, double f1) {
    json.add("precision", number(precision));
    json.add("recall", number(recall));
    json.add("f1", number(f1));
  }

  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
