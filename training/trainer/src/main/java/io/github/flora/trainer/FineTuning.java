package io.github.flora.trainer;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a training starts from weights that others have trained.
 *
 * @param pretrained {@code none} for random weights, {@code imagenet} for torchvision's, or a file
 *     or URL
 * @param freeze {@code none}; {@code backbone} to train the head alone, on features that are
 *     computed once; or {@code backbone:N} to do so for N epochs and then train everything
 * @param freezeNorms whether batch normalisations keep their statistics, scales and shifts
 * @param backboneLearningRate the learning rate of all but the head, above 0, or null for the
 *     head's; the schedule changes both alike
 * @param headHidden units of a hidden layer with ReLU in the head, 0 for none
 */
public record FineTuning(
    String pretrained,
    String freeze,
    boolean freezeNorms,
    @Nullable Double backboneLearningRate,
    int headHidden) {

  private static final Pattern FREEZE = Pattern.compile("none|backbone(:([1-9][0-9]{0,8}))?");

  /** Random weights, nothing frozen. */
  public static final FineTuning NONE = new FineTuning("none", "none", false, null, 0);

  /** Checks the values; the message names the option of the command line. */
  public FineTuning {
    freeze = freeze.toLowerCase(Locale.ROOT);
    Ranges.require(
        FREEZE.matcher(freeze).matches(), "--freeze", freeze, "none, backbone or backbone:N");
    Ranges.above0("--backbone-learning-rate", backboneLearningRate);
    Ranges.atLeast(0, "--head-hidden", headHidden);
    if (pretrained.equals("none") && !freeze.equals("none")) {
      throw new IllegalArgumentException(
          "--freeze backbone would keep random weights: choose a file with --pretrained");
    }
    if (pretrained.equals("none") && freezeNorms) {
      throw new IllegalArgumentException(
          "--freeze-norms would keep what was never learnt: choose a file with --pretrained");
    }
  }

  /** Whether training starts from weights of others. */
  boolean isPretrained() {
    return !pretrained.equals("none");
  }

  /** Epochs, from the first, in which the backbone is frozen; 0 if it never is. */
  int frozenEpochs(int epochs) {
    Matcher matcher = FREEZE.matcher(freeze);
    if (freeze.equals("none") || !matcher.matches()) {
      return 0;
    }
    String count = matcher.group(2);
    return count == null ? epochs : Math.min(epochs, Integer.parseInt(count));
  }

  /** All values for people, by name. */
  Map<String, String> describe() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("pretrained", pretrained);
    values.put("freeze", freeze);
    values.put("freeze norms", String.valueOf(freezeNorms));
    values.put(
        "backbone learning rate",
        backboneLearningRate == null ? "same" : backboneLearningRate.toString());
    values.put("head hidden", String.valueOf(headHidden));
    return values;
  }

  /**
   * Returns this with other weights to start from.
   *
   * @param value as {@link #pretrained}
   * @return the changed values
   */
  public FineTuning withPretrained(String value) {
    return new FineTuning(value, freeze, freezeNorms, backboneLearningRate, headHidden);
  }

  /**
   * Returns this with another part frozen.
   *
   * @param value as {@link #freeze}
   * @return the changed values
   */
  public FineTuning withFreeze(String value) {
    return new FineTuning(pretrained, value, freezeNorms, backboneLearningRate, headHidden);
  }

  /**
   * Returns this with batch normalisations frozen or not.
   *
   * @param value as {@link #freezeNorms}
   * @return the changed values
   */
  public FineTuning withFreezeNorms(boolean value) {
    return new FineTuning(pretrained, freeze, value, backboneLearningRate, headHidden);
  }

  /**
   * Returns this with another rate for the backbone.
   *
   * @param value as {@link #backboneLearningRate}
   * @return the changed values
   */
  public FineTuning withBackboneLearningRate(@Nullable Double value) {
    return new FineTuning(pretrained, freeze, freezeNorms, value, headHidden);
  }

  /**
   * Returns this with another head.
   *
   * @param value as {@link #headHidden}
   * @return the changed values
   */
  public FineTuning withHeadHidden(int value) {
    return new FineTuning(pretrained, freeze, freezeNorms, backboneLearningRate, value);
  }
}
