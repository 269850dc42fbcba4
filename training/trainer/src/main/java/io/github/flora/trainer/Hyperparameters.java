package io.github.flora.trainer;

import io.github.flora.data.Augmentation;
import io.github.flora.data.PhotoOptions;
import io.github.flora.data.Sampling;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Precision;
import io.github.flora.models.NetworkOptions;
import io.github.flora.trainer.schedule.Schedule;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides how a model is trained, apart from engine, data and seed. What isn't
 * given to the {@linkplain Builder builder} is what the tutorials of Keras and PyTorch use.
 *
 * @param epochs passes over the training images, at least 1
 * @param batchSize images per step, at least 1
 * @param optimizer the update rule, one of {@link Optimizer#names()}
 * @param learningRate step size, above 0; a schedule's highest
 * @param schedule how the learning rate goes on, one of {@link Schedule#names()}
 * @param warmupEpochs epochs over which the learning rate rises at first, below {@code epochs}
 * @param patience epochs without improvement after which the schedule {@code plateau} halves the
 *     rate
 * @param weightDecay at least 0, or null for the optimizer's own
 * @param decayNorms whether biases, and scales and shifts of normalisation, decay too
 * @param clipNorm largest norm of all gradients together, or 0 for no limit
 * @param labelSmoothing share of every label that is spread over all classes, in [0, 1)
 * @param balanceClasses whether rare classes weigh more, as scikit-learn's {@code balanced}
 * @param balanceSampling whether an epoch draws every class equally often, with replacement,
 *     instead of each image once; not together with {@code balanceClasses}
 * @param augment how training images are changed at random, anew in every epoch: a description for
 *     {@link Augmentation#parse}
 * @param mixup α of mixup, 0 for none: the images of a batch are mixed in pairs in shares drawn
 *     from Beta(α, α), and what they show with them
 * @param imageSize height and width that photographs are brought to, in pixels, or null for the 224
 *     of ImageNet; other images have their own
 * @param cropShare how much of a photograph's shorter side an evaluation sees, above 0 to 1
 * @param earlyStopping epochs without improvement after which training ends, or 0 for never
 * @param monitor what improvement is measured by; also chooses the best weights
 * @param validationSplit share of the training images that is kept for validation, in [0, 1)
 * @param validateEvery epochs from one validation to the next, at least 1; the last epoch is always
 *     validated. Early stopping and {@code plateau} count validations
 * @param dropout probability of dropping an activation, in [0, 1), or null for the network's own
 * @param batchNorm whether convolutions are followed by batch normalisation
 * @param fineTuning how training starts from weights of others
 * @param precision how exactly the network computes
 */
public record Hyperparameters(
    int epochs,
    int batchSize,
    String optimizer,
    double learningRate,
    String schedule,
    int warmupEpochs,
    int patience,
    @Nullable Double weightDecay,
    boolean decayNorms,
    double clipNorm,
    double labelSmoothing,
    boolean balanceClasses,
    boolean balanceSampling,
    String augment,
    double mixup,
    @Nullable Integer imageSize,
    double cropShare,
    int earlyStopping,
    Monitor monitor,
    double validationSplit,
    int validateEvery,
    @Nullable Double dropout,
    boolean batchNorm,
    FineTuning fineTuning,
    Precision precision) {

  /** Of the tutorials' heads with a hidden layer. */
  private static final float HIDDEN_DROPOUT = 0.5f;

  /** Below, shares are 0 or 1 to the last digit. */
  private static final double SMALLEST_MIXUP = 1e-6;

  /** Checks the ranges; the message names the option of the command line. */
  public Hyperparameters {
    Ranges.atLeast(1, "--epochs", epochs);
    Ranges.atLeast(1, "--batch-size", batchSize);
    Ranges.oneOf(Optimizer.names(), "--optimizer", optimizer);
    Ranges.above0("--learning-rate", learningRate);
    Ranges.oneOf(Schedule.names(), "--schedule", schedule);
    Ranges.require(
        warmupEpochs >= 0 && warmupEpochs < epochs,
        "--warmup-epochs",
        warmupEpochs,
        "at least 0 and below --epochs");
    Ranges.atLeast(0, "--patience", patience);
    Ranges.atLeast0("--weight-decay", weightDecay);
    Ranges.atLeast0("--clip-norm", clipNorm);
    Ranges.below1("--label-smoothing", labelSmoothing);
    try {
      Augmentation.check(augment);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--augment: " + e.getMessage(), e);
    }
    Ranges.require(
        mixup == 0 || (mixup >= SMALLEST_MIXUP && mixup <= Float.MAX_VALUE),
        "--mixup",
        mixup,
        "0 or at least " + SMALLEST_MIXUP);
    if (balanceClasses && balanceSampling) {
      throw new IllegalArgumentException(
          "--class-weights and --class-sampling would balance twice: choose one");
    }
    PhotoOptions unused = photos(imageSize, cropShare);
    Ranges.atLeast(0, "--early-stopping", earlyStopping);
    Ranges.below1("--validation-split", validationSplit);
    Ranges.below1("--dropout", dropout);
    // run.json of an earlier version has none of these, and reads as 0 and null.
    validateEvery = Math.max(1, validateEvery);
    fineTuning = fineTuning == null ? FineTuning.NONE : fineTuning;
    precision = precision == null ? Precision.FP32 : precision;
  }

  /**
   * Returns a builder with the tutorials' values: 10 epochs of batch 128 with Adam at a constant
   * 1e-3, a fifth of the images for validation.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder that starts from these values.
   *
   * @return the builder
   */
  public Builder toBuilder() {
    return new Builder()
        .optEpochs(epochs)
        .optBatchSize(batchSize)
        .optOptimizer(optimizer)
        .optLearningRate(learningRate)
        .optSchedule(schedule)
        .optWarmupEpochs(warmupEpochs)
        .optPatience(patience)
        .optWeightDecay(weightDecay)
        .optDecayNorms(decayNorms)
        .optClipNorm(clipNorm)
        .optLabelSmoothing(labelSmoothing)
        .optBalanceClasses(balanceClasses)
        .optBalanceSampling(balanceSampling)
        .optAugment(augment)
        .optMixup(mixup)
        .optImageSize(imageSize)
        .optCropShare(cropShare)
        .optEarlyStopping(earlyStopping)
        .optMonitor(monitor)
        .optValidationSplit(validationSplit)
        .optValidateEvery(validateEvery)
        .optDropout(dropout)
        .optBatchNorm(batchNorm)
        .optFineTuning(fineTuning)
        .optPrecision(precision);
  }

  /**
   * Returns the update rule with its numbers.
   *
   * @return the optimizer
   */
  public Optimizer newOptimizer() {
    Optimizer plain = Optimizer.of(optimizer);
    return weightDecay == null ? plain : plain.withWeightDecay(weightDecay);
  }

  /** Which examples an epoch goes through. */
  Sampling sampling() {
    return balanceSampling ? Sampling.BALANCED : Sampling.EACH_ONCE;
  }

  /**
   * Returns how photographs are brought to their size.
   *
   * @return the size, with the defaults for reading them
   */
  public PhotoOptions photos() {
    return photos(imageSize, cropShare);
  }

  private static PhotoOptions photos(@Nullable Integer imageSize, double cropShare) {
    PhotoOptions usual = PhotoOptions.DEFAULT;
    return new PhotoOptions(
        imageSize == null ? usual.imageSize() : imageSize,
        cropShare,
        usual.strict(),
        usual.cacheMegabytes());
  }

  /**
   * Returns what these say of the network.
   *
   * @param classes number of classes
   * @return the options; a head with a hidden layer has a dropout of 0.5 unless told otherwise
   */
  public NetworkOptions options(int classes) {
    Float rate = dropout == null ? null : Float.valueOf(dropout.floatValue());
    if (rate == null && fineTuning.headHidden() > 0) {
      rate = HIDDEN_DROPOUT;
    }
    return new NetworkOptions(classes, rate, batchNorm, fineTuning.headHidden());
  }

  /**
   * Returns all values for people, by name.
   *
   * @return in a fixed order
   */
  public Map<String, String> describe() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("epochs", String.valueOf(epochs));
    values.put("batch size", String.valueOf(batchSize));
    values.put("optimizer", optimizer);
    values.put("learning rate", String.valueOf(learningRate));
    values.put("schedule", schedule);
    values.put("warmup epochs", String.valueOf(warmupEpochs));
    values.put("patience", String.valueOf(patience));
    values.put("weight decay", String.valueOf(newOptimizer().weightDecay()));
    values.put("decay norms", String.valueOf(decayNorms));
    values.put("clip norm", String.valueOf(clipNorm));
    values.put("label smoothing", String.valueOf(labelSmoothing));
    values.put("balance classes", String.valueOf(balanceClasses));
    values.put("balance sampling", String.valueOf(balanceSampling));
    values.put("augment", augment);
    values.put("mixup", String.valueOf(mixup));
    values.put("image size", imageSize == null ? "default" : imageSize.toString());
    values.put("crop share", String.valueOf(cropShare));
    values.put("early stopping", String.valueOf(earlyStopping));
    values.put("monitor", monitor.id());
    values.put("validation split", String.valueOf(validationSplit));
    values.put("validate every", String.valueOf(validateEvery));
    values.put("dropout", dropout == null ? "default" : dropout.toString());
    values.put("batch norm", String.valueOf(batchNorm));
    values.putAll(fineTuning.describe());
    values.put("precision", precision.id());
    return values;
  }

  /** Collects values; the names and ranges are those of {@link Hyperparameters}. */
  public static final class Builder {

    private int epochs = 10;
    private int batchSize = 128;
    private String optimizer = "adam";
    private double learningRate = 1e-3;
    private String schedule = "constant";
    private int warmupEpochs;
    private int patience = 3;
    private @Nullable Double weightDecay;
    private boolean decayNorms = true;
    private double clipNorm;
    private double labelSmoothing;
    private boolean balanceClasses;
    private boolean balanceSampling;
    private String augment = "none";
    private double mixup;
    private @Nullable Integer imageSize;
    private double cropShare = PhotoOptions.DEFAULT.cropShare();
    private int earlyStopping;
    private Monitor monitor = Monitor.VAL_ACCURACY;
    private double validationSplit = 0.2;
    private int validateEvery = 1;
    private @Nullable Double dropout;
    private boolean batchNorm;
    private FineTuning fineTuning = FineTuning.NONE;
    private Precision precision = Precision.FP32;

    private Builder() {}

    /** Sets {@link Hyperparameters#epochs}. */
    public Builder optEpochs(int value) {
      epochs = value;
      return this;
    }

    /** Sets {@link Hyperparameters#batchSize}. */
    public Builder optBatchSize(int value) {
      batchSize = value;
      return this;
    }

    /** Sets {@link Hyperparameters#optimizer}. */
    public Builder optOptimizer(String value) {
      optimizer = value.toLowerCase(Locale.ROOT);
      return this;
    }

    /** Sets {@link Hyperparameters#learningRate}. */
    public Builder optLearningRate(double value) {
      learningRate = value;
      return this;
    }

    /** Sets {@link Hyperparameters#schedule}. */
    public Builder optSchedule(String value) {
      schedule = value.toLowerCase(Locale.ROOT);
      return this;
    }

    /** Sets {@link Hyperparameters#warmupEpochs}. */
    public Builder optWarmupEpochs(int value) {
      warmupEpochs = value;
      return this;
    }

    /** Sets {@link Hyperparameters#patience}. */
    public Builder optPatience(int value) {
      patience = value;
      return this;
    }

    /** Sets {@link Hyperparameters#weightDecay}. */
    public Builder optWeightDecay(@Nullable Double value) {
      weightDecay = value;
      return this;
    }

    /** Sets {@link Hyperparameters#decayNorms}. */
    public Builder optDecayNorms(boolean value) {
      decayNorms = value;
      return this;
    }

    /** Sets {@link Hyperparameters#clipNorm}. */
    public Builder optClipNorm(double value) {
      clipNorm = value;
      return this;
    }

    /** Sets {@link Hyperparameters#labelSmoothing}. */
    public Builder optLabelSmoothing(double value) {
      labelSmoothing = value;
      return this;
    }

    /** Sets {@link Hyperparameters#balanceClasses}. */
    public Builder optBalanceClasses(boolean value) {
      balanceClasses = value;
      return this;
    }

    /** Sets {@link Hyperparameters#balanceSampling}. */
    public Builder optBalanceSampling(boolean value) {
      balanceSampling = value;
      return this;
    }

    /** Sets {@link Hyperparameters#augment}. */
    public Builder optAugment(String value) {
      augment = value;
      return this;
    }

    /** Sets {@link Hyperparameters#mixup}. */
    public Builder optMixup(double value) {
      mixup = value;
      return this;
    }

    /** Sets {@link Hyperparameters#imageSize}. */
    public Builder optImageSize(@Nullable Integer value) {
      imageSize = value;
      return this;
    }

    /** Sets {@link Hyperparameters#cropShare}. */
    public Builder optCropShare(double value) {
      cropShare = value;
      return this;
    }

    /** Sets {@link Hyperparameters#earlyStopping}. */
    public Builder optEarlyStopping(int value) {
      earlyStopping = value;
      return this;
    }

    /** Sets {@link Hyperparameters#monitor}. */
    public Builder optMonitor(Monitor value) {
      monitor = value;
      return this;
    }

    /** Sets {@link Hyperparameters#validationSplit}. */
    public Builder optValidationSplit(double value) {
      validationSplit = value;
      return this;
    }

    /** Sets {@link Hyperparameters#validateEvery}. */
    public Builder optValidateEvery(int value) {
      // Not in the record, which has to take the 0 of an earlier version's run.json.
      Ranges.atLeast(1, "--validate-every", value);
      validateEvery = value;
      return this;
    }

    /** Sets {@link Hyperparameters#dropout}. */
    public Builder optDropout(@Nullable Double value) {
      dropout = value;
      return this;
    }

    /** Sets {@link Hyperparameters#batchNorm}. */
    public Builder optBatchNorm(boolean value) {
      batchNorm = value;
      return this;
    }

    /** Sets {@link Hyperparameters#fineTuning}. */
    public Builder optFineTuning(FineTuning value) {
      fineTuning = value;
      return this;
    }

    /** Sets {@link Hyperparameters#precision}. */
    public Builder optPrecision(Precision value) {
      precision = value;
      return this;
    }

    /**
     * Checks and returns the values.
     *
     * @return the hyperparameters
     * @throws IllegalArgumentException if one is out of range; the message names its option
     */
    public Hyperparameters build() {
      return new Hyperparameters(
          epochs,
          batchSize,
          optimizer,
          learningRate,
          schedule,
          warmupEpochs,
          patience,
          weightDecay,
          decayNorms,
          clipNorm,
          labelSmoothing,
          balanceClasses,
          balanceSampling,
          augment,
          mixup,
          imageSize,
          cropShare,
          earlyStopping,
          monitor,
          validationSplit,
          validateEvery,
          dropout,
          batchNorm,
          fineTuning,
          precision);
    }
  }
}
