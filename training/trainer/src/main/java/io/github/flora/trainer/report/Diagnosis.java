package io.github.flora.trainer.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Reads a run's history as an experienced person would, and says in words what is wrong with it.
 *
 * <p>Losses are judged on the scale of guessing: whoever gives each of C classes the probability
 * 1/C has the loss ln C. Thresholds are set so that an ordinary good run has no finding; a run of
 * fewer than {@value #FEWEST_EPOCHS} epochs is judged on divergence alone.
 */
public final class Diagnosis {

  /** The loss became infinite, not a number, or far worse than guessing. Excludes all others. */
  public static final String DIVERGED = "diverged";

  /** The training loss stayed near its start. Excludes all that follow. */
  public static final String NOT_LEARNING = "not learning";

  /** The loss goes up and down strongly, to the end. */
  public static final String OSCILLATING = "oscillating";

  /** The validation loss rises while the training loss falls. */
  public static final String OVERFITTING = "overfitting";

  /** The validation loss was still falling fast when training ended. */
  public static final String STILL_IMPROVING = "still improving";

  /** Two epochs are a straight line: no shape to judge. */
  static final int FEWEST_EPOCHS = 3;

  /** So many times the loss of guessing (or of the first epoch) no bad batch explains. */
  private static final double EXPLODED = 2;

  /** From this share of guessing's loss up a network knows next to nothing. */
  private static final double AT_GUESSING = 0.9;

  /** Below this share it knows a lot: a flat curve there may be that of a pretrained network. */
  private static final double LEARNT = 0.5;

  /** A training loss above this share of its start has barely moved: noise moves it as much. */
  private static final double BARELY_FALLEN = 0.95;

  /** A swing is that much of the lower value: epochs of a good run differ by 5 to 20 %. */
  private static final double SWING = 0.3;

  /** Swings below this share of guessing's loss hardly change the accuracy. */
  private static final double NEGLIGIBLE = 0.03;

  /** Swings needed: one may be bad luck. In long runs one in so many epochs. */
  private static final int FEWEST_SWINGS = 2;

  private static final int EPOCHS_PER_SWING = 8;

  /** If none happens in the last third of a run, then it has settled, as it should. */
  private static final double SETTLED = 2.0 / 3;

  /** Overfitting is judged by the median of so many epochs, against a single odd one. */
  private static final int SMOOTHED = 3;

  /** The validation loss has risen by that much: less is seen in plateaus. */
  private static final double RISEN = 1.1;

  /** The training loss has fallen meanwhile to that share. */
  private static final double FALLEN = 0.9;

  /** Rises below this share of guessing's loss cost no accuracy. */
  private static final double HARMLESS = 0.01;

  /**
   * Noise of standard deviation s gives second differences of median size 1.65 s; two medians of
   * three differ by 2.5 s only once in a hundred times.
   */
  private static final double NOISE = 1.5;

  /**
   * Still improving: over the last so many steps, all of them down, by that share of the loss...
   */
  private static final int LAST_STEPS = 3;

  private static final double STILL_FALLING = 0.15;

  /** ...by that share of guessing's loss... */
  private static final double WORTHWHILE = 0.05;

  /** ...and without flattening: a straight line has a third of its fall in the last step. */
  private static final double LAST_STEP = 0.2;

  private static final String TRAINING = "training";
  private static final String VALIDATION = "validation";

  private final List<Epoch> epochs;
  private final int classes;
  private final double guessing;

  private Diagnosis(List<Epoch> epochs, int classes) {
    this.epochs = epochs;
    this.classes = classes;
    guessing = Math.log(classes);
  }

  /**
   * What a history shows.
   *
   * @param history the epochs in order
   * @param classes the number of classes, at least 2
   * @return what was found, the gravest first; empty for a healthy run
   * @throws IllegalArgumentException if there are fewer than 2 classes
   */
  public static List<Finding> of(List<Epoch> history, int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException(classes + " classes leave nothing to learn");
    }
    return new Diagnosis(List.copyOf(history), classes).findings();
  }

  private List<Finding> findings() {
    Optional<Finding> diverged = diverged();
    if (diverged.isPresent() || epochs.size() < FEWEST_EPOCHS) {
      return diverged.stream().toList();
    }
    Optional<Finding> notLearning = notLearning();
    if (notLearning.isPresent()) {
      return notLearning.stream().toList();
    }
    List<Finding> findings = new ArrayList<>();
    oscillating().ifPresent(findings::add);
    overfitting().ifPresent(findings::add);
    if (findings.isEmpty()) {
      stillImproving().ifPresent(findings::add);
    }
    return List.copyOf(findings);
  }

  private Optional<Finding> diverged() {
    String advice =
        "Try a learning rate of %s, a few warm-up epochs or gradient-norm clipping."
            .formatted(rate(0.1));
    for (Epoch e : epochs) {
      boolean training = !Double.isFinite(e.trainLoss());
      if (training || (e.validated() && !Double.isFinite(e.valLoss()))) {
        String text =
            "The %s loss was no longer a finite number in epoch %d."
                .formatted(training ? TRAINING : VALIDATION, e.epoch());
        return finding(DIVERGED, text, advice);
      }
    }
    if (epochs.size() < 2) {
      return Optional.empty();
    }
    double end = epochs.get(epochs.size() - 1).trainLoss();
    double best = lowestTrainLoss();
    boolean exploded = end > EXPLODED * Math.max(epochs.get(0).trainLoss(), guessing);
    boolean unlearnt = end > AT_GUESSING * guessing && best < LEARNT * guessing;
    if (!exploded && !unlearnt) {
      return Optional.empty();
    }
    String text =
        "The training loss had been %s and ended at %s; guessing gives %s."
            .formatted(number(best), number(end), number(guessing));
    return finding(DIVERGED, text, advice);
  }

  private Optional<Finding> notLearning() {
    double first = epochs.get(0).trainLoss();
    double best = lowestTrainLoss();
    if (best < BARELY_FALLEN * Math.min(first, guessing) || best < LEARNT * guessing) {
      return Optional.empty();
    }
    double accuracy =
        epochs.stream()
            .mapToDouble(e -> e.validated() ? e.valAccuracy() : e.trainAccuracy())
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    // Losses of mixed or smoothed labels stay high however good the network is.
    if (accuracy > (1 + 1.0 / classes) / 2) {
      return Optional.empty();
    }
    String text =
        "The training loss started at %s and got no lower than %s; guessing among %d classes gives"
            + " %s.";
    String advice =
        "Try learning rates of %s and %s, and check that the images are normalised and their labels"
            + " right.";
    return finding(
        NOT_LEARNING,
        text.formatted(number(first), number(best), classes, number(guessing)),
        advice.formatted(rate(0.1), rate(10)));
  }

  private Optional<Finding> oscillating() {
    return swings(VALIDATION, validated(), Epoch::valLoss)
        .or(() -> swings(TRAINING, epochs, Epoch::trainLoss));
  }

  /** Whether a curve went up and down again often and strongly, and to the end. */
  private Optional<Finding> swings(String name, List<Epoch> points, ToDoubleFunction<Epoch> loss) {
    double[] curve = points.stream().mapToDouble(loss).toArray();
    int swings = 0;
    int lastPeak = 0;
    double widest = 0;
    boolean rising = false;
    int low = 0;
    int high = 0;
    for (int i = 1; i < curve.length; i++) {
      if (rising) {
        high = curve[i] > curve[high] ? i : high;
        if (strong(curve[i], curve[high])) {
          swings++;
          lastPeak = high;
          widest = Math.max(widest, curve[high] - curve[low]);
          rising = false;
          low = i;
        }
      } else {
        low = curve[i] < curve[low] ? i : low;
        rising = strong(curve[low], curve[i]);
        high = i;
      }
    }
    int needed = Math.max(FEWEST_SWINGS, (curve.length + EPOCHS_PER_SWING - 1) / EPOCHS_PER_SWING);
    if (swings < needed || lastPeak < SETTLED * curve.length) {
      return Optional.empty();
    }
    String text =
        "The %s loss went up and down again %d times, by up to %s, the last time in epoch %d.";
    String advice =
        "Try a learning rate of %s, a schedule that lowers it (cosine, reduce-on-plateau), larger"
            + " batches or gradient-norm clipping.";
    return finding(
        OSCILLATING,
        text.formatted(name, swings, number(widest), points.get(lastPeak).epoch()),
        advice.formatted(rate(0.3)));
  }

  private boolean strong(double low, double high) {
    return high - low > Math.max(SWING * low, NEGLIGIBLE * guessing);
  }

  private Optional<Finding> overfitting() {
    List<Epoch> points = validated();
    double[] curve = points.stream().mapToDouble(Epoch::valLoss).toArray();
    int best = 0;
    for (int i = 1; i < curve.length; i++) {
      best = curve[i] < curve[best] ? i : best;
    }
    int tail = curve.length - SMOOTHED;
    if (best >= tail) {
      return Optional.empty();
    }
    // Around the best epoch, not at it, since the least of many values is partly luck.
    double from = median(Arrays.copyOfRange(curve, Math.max(0, best - 1), best + 2));
    double to = median(Arrays.copyOfRange(curve, tail, curve.length));
    double trainFrom = points.get(best).trainLoss();
    double trainTo = median(points.stream().skip(tail).mapToDouble(Epoch::trainLoss).toArray());
    double least = Math.max(HARMLESS * guessing, NOISE * noise(curve));
    if (to < RISEN * from || to - from < least || trainTo > FALLEN * trainFrom) {
      return Optional.empty();
    }
    String text =
        "Since epoch %d the validation loss rose from %s to %s while the training loss fell from %s"
            + " to %s.";
    return finding(
        OVERFITTING,
        text.formatted(
            points.get(best).epoch(),
            number(curve[best]),
            number(to),
            number(trainFrom),
            number(trainTo)),
        "Try augmentation, weight decay, label smoothing or more training images; early stopping"
            + " saves the time.");
  }

  /** The median size of second differences: noise has them, a steady slope has not. */
  private static double noise(double[] curve) {
    double[] sizes = new double[curve.length - 2];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.abs(curve[i + 2] - 2 * curve[i + 1] + curve[i]);
    }
    return median(sizes);
  }

  /** Judged by validation alone: a training loss may always fall further. */
  private Optional<Finding> stillImproving() {
    List<Epoch> points = validated();
    double[] curve = points.stream().mapToDouble(Epoch::valLoss).toArray();
    int from = curve.length - 1 - LAST_STEPS;
    if (from < 0) {
      return Optional.empty();
    }
    for (int i = from; i < curve.length - 1; i++) {
      if (curve[i + 1] >= curve[i]) {
        return Optional.empty();
      }
    }
    double end = curve[curve.length - 1];
    double fall = curve[from] - end;
    boolean slowed = curve[curve.length - 2] - end < LAST_STEP * fall;
    if (slowed || fall < Math.max(STILL_FALLING * curve[from], WORTHWHILE * guessing)) {
      return Optional.empty();
    }
    String text =
        "The validation loss was still falling at the end, from %s to %s over the last %d epochs.";
    return finding(
        STILL_IMPROVING,
        text.formatted(
            number(curve[from]),
            number(end),
            points.get(curve.length - 1).epoch() - points.get(from).epoch()),
        "Try more epochs.");
  }

  private List<Epoch> validated() {
    return epochs.stream().filter(Epoch::validated).toList();
  }

  private double lowestTrainLoss() {
    return epochs.stream().mapToDouble(Epoch::trainLoss).min().orElseThrow();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The highest rate of the run, times a factor. */
  private String rate(double factor) {
    return number(factor * epochs.stream().mapToDouble(Epoch::learningRate).max().orElse(0));
  }

  private static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
    boolean plain = value == 0 || (Math.abs(value) >= 1e-6 && Math.abs(value) < 1e6);
    return plain ? rounded.toPlainString() : rounded.toString();
  }

  private static Optional<Finding> finding(String kind, String text, String advice) {
    return Optional.of(new Finding(kind, text, advice));
  }
}
