package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.report.ClassificationReport.ClassScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The expected scores come from scikit-learn 1.9.1. Class 2 never occurs, class 3 is never
 * predicted:
 *
 * <pre>
 * from sklearn.metrics import accuracy_score, precision_recall_fscore_support as prfs
 * t = [0, 0, 0, 0, 1, 1, 1, 3, 3, 4]
 * p = [0, 0, 1, 2, 1, 1, 0, 1, 4, 4]
 * print(accuracy_score(t, p))
 * for row in zip(*prfs(t, p, labels=range(5), zero_division=0)): print(*row)
 * print(prfs(t, p, labels=range(5), average='macro', zero_division=0)[:3])
 * </pre>
 */
class ClassificationReportTest {

  private static final int[] ACTUAL = {0, 0, 0, 0, 1, 1, 1, 3, 3, 4};
  private static final int[] PREDICTED = {0, 0, 1, 2, 1, 1, 0, 1, 4, 4};
  private static final double TOLERANCE = 1e-15;

  @TempDir Path folder;

  @Test
  void scoresAreScikitLearns() {
    ClassificationReport report = ClassificationReport.of(matrix(), 1.5, 0.9, 100);
    assertEquals(0.5, report.accuracy(), TOLERANCE);
    assertScore(report, 0, 0.6666666666666666, 0.5, 0.5714285714285714, 4);
    assertScore(report, 1, 0.5, 0.6666666666666666, 0.5714285714285714, 3);
    assertScore(report, 2, 0, 0, 0, 0);
    assertScore(report, 3, 0, 0, 0, 2);
    assertScore(report, 4, 0.5, 1, 0.6666666666666666, 1);
    assertEquals(0.3333333333333333, report.macro().precision(), TOLERANCE);
    assertEquals(0.4333333333333333, report.macro().recall(), TOLERANCE);
    assertEquals(0.36190476190476184, report.macro().f1(), TOLERANCE);
  }

  @Test
  void matrixCounts() {
    ConfusionMatrix matrix = matrix();
    assertEquals(10, matrix.total());
    assertEquals(5, matrix.correct());
    assertEquals(1, matrix.count(0, 2));
    assertEquals(0, matrix.count(2, 0));
    assertEquals(4, matrix.support(0));
    assertEquals(3, matrix.predicted(0));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.add(5, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.add(0, -1));
    assertEquals(10, matrix.total());
    assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(List.of()));
  }

  @Test
  void jsonKeysArePinned() {
    JsonObject context = new JsonObject();
    context.addProperty("engine", "PyTorch");
    JsonObject json = ClassificationReport.of(matrix(), 1.5, 0.9, 100).toJson(context);
    assertEquals(
        List.of(
            "accuracy",
            "loss",
            "top5_accuracy",
            "macro",
            "classes",
            "images_per_second",
            "confusion_matrix",
            "engine"),
        List.copyOf(json.keySet()));
    assertEquals(Set.of("precision", "recall", "f1"), json.getAsJsonObject("macro").keySet());
    JsonArray classes = json.getAsJsonArray("classes");
    assertEquals(5, classes.size());
    JsonObject first = classes.get(0).getAsJsonObject();
    assertEquals(
        List.of("label", "precision", "recall", "f1", "support"), List.copyOf(first.keySet()));
    assertEquals("zero", first.get("label").getAsString());
    assertEquals(4, first.get("support").getAsLong());
    assertEquals("[2,1,1,0,0]", json.getAsJsonArray("confusion_matrix").get(0).toString());
  }

  @Test
  void nothingButNumbersAndNullReachesTheFile() throws IOException {
    JsonObject context = new JsonObject();
    JsonArray nested = new JsonArray();
    nested.add(Double.NEGATIVE_INFINITY);
    nested.add("NaN");
    context.add("nested", nested);
    Path file = folder.resolve("evaluation/report.json");
    ClassificationReport.of(
            new ConfusionMatrix(List.of("<a>", "b")),
            Double.POSITIVE_INFINITY,
            Double.NaN,
            Double.NaN)
        .write(file, context);
    assertEquals(
        """
        {
          "accuracy": null,
          "loss": null,
          "top5_accuracy": null,
          "macro": {
            "precision": 0.0,
            "recall": 0.0,
            "f1": 0.0
          },
          "classes": [
            {
              "label": "<a>",
              "precision": 0.0,
              "recall": 0.0,
              "f1": 0.0,
              "support": 0
            },
            {
              "label": "b",
              "precision": 0.0,
              "recall": 0.0,
              "f1": 0.0,
              "support": 0
            }
          ],
          "images_per_second": null,
          "confusion_matrix": [
            [0,0],
            [0,0]
          ],
          "nested": [null,"NaN"]
        }
        """,
        Files.readString(file));
  }

  @Test
  void fileParsesBackToTheSameJson() throws IOException {
    JsonObject context = new JsonObject();
    context.addProperty("data \"\\\n\u2028", "mnist ü");
    context.add("empty", new JsonObject());
    context.add("none", new JsonArray());
    ClassificationReport report = ClassificationReport.of(matrix(), 1.5, 0.9, 100);
    Path file = folder.resolve("report.json");
    report.write(file, context);
    assertEquals(report.toJson(context), JsonParser.parseString(Files.readString(file)));
  }

  @Test
  void contextCantReplaceAScore() {
    JsonObject context = new JsonObject();
    context.addProperty("accuracy", 1);
    ClassificationReport report = ClassificationReport.of(matrix(), 1.5, 0.9, 100);
    assertThrows(IllegalArgumentException.class, () -> report.toJson(context));
  }

  @Test
  void textIsAligned() {
    assertEquals(
        """
        class  precision  recall      f1  support
        zero      0.6667  0.5000  0.5714        4
        one       0.5000  0.6667  0.5714        3
        two       0.0000  0.0000  0.0000        0
        three     0.0000  0.0000  0.0000        2
        four      0.5000  1.0000  0.6667        1

        macro     0.3333  0.4333  0.3619       10

        accuracy     50.00 %
        top-5              -
        loss          1.5000
        images/s       100.0
        """,
        ClassificationReport.of(matrix(), 1.5, Double.NaN, 100).toText());
  }

  @Test
  void recordsCopyAndValidate() {
    ConfusionMatrix matrix = matrix();
    ClassificationReport report = ClassificationReport.of(matrix, 0, 1, 1);
    matrix.add(0, 0);
    assertEquals(2, report.confusion().get(0).get(0));
    assertThrows(UnsupportedOperationException.class, () -> report.confusion().get(0).set(0, 9L));
    assertThrows(
        IllegalArgumentException.class, () -> ClassificationReport.of(matrix(), 0, 1.01, 1));
    assertThrows(IllegalArgumentException.class, () -> new ClassScore("a", 2, 0, 0, 0));
    assertFalse(report.classes().isEmpty());
    assertTrue(Double.isNaN(new ConfusionMatrix(List.of("a")).accuracy()));
  }

  private static ConfusionMatrix matrix() {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("zero", "one", "two", "three", "four"));
    for (int i = 0; i < ACTUAL.length; i++) {
      matrix.add(ACTUAL[i], PREDICTED[i]);
    }
    return matrix;
  }

  private static void assertScore(
      ClassificationReport report,
      int index,
      double precision,
      double recall,
      double f1,
      long support) {
    ClassScore score = report.classes().get(index);
    assertEquals(precision, score.precision(), TOLERANCE);
    assertEquals(recall, score.recall(), TOLERANCE);
    assertEquals(f1, score.f1(), TOLERANCE);
    assertEquals(support, score.support());
  }
}
