package io.github.flora.trainer;

import ai.djl.training.loss.Loss;
import io.github.flora.data.Augmentation;
import io.github.flora.data.BatchSource;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.data.MixedBatches;
import io.github.flora.data.Normalization;
import io.github.flora.data.PhotoSet;
import io.github.flora.data.TrainValidation;
import io.github.flora.engine.CrossEntropy;
import io.github.flora.trainer.run.ModelInfo;
import java.util.stream.IntStream;

/**
 * What a training takes apart from an engine, made of its data set, its hyperparameters and its
 * seed.
 *
 * @param images the data set, with a margin if the network wants larger images
 * @param split its training images, those for validation taken out
 * @param normalization what is done to every image
 * @param model the network's description
 * @param loss what is to become small
 * @param batches the training images as the network sees them, augmented and mixed
 */
record Ingredients(
    ImageDataset images,
    TrainValidation split,
    Normalization normalization,
    ModelInfo model,
    Loss loss,
    BatchSource batches) {

  /**
   * Puts them together.
   *
   * @throws TrainingException if the split leaves no images, or a class that is to be balanced has
   *     none
   */
  static Ingredients of(Training training) {
    Hyperparameters how = training.hyperparameters();
    int margin = margin(training);
    ImageDataset images = margin == 0 ? training.dataset() : training.dataset().padded(margin);
    TrainValidation split = split(training, images);
    Normalization normalization =
        training.recipe().standardize()
            ? Normalization.standardizing(training.dataset().train())
            : training.dataset().normalization();
    Batches batches =
        new Batches(
            split.train(),
            normalization,
            how.batchSize(),
            Augmentation.parse(how.augment(), split.train()),
            how.sampling());
    return new Ingredients(
        images,
        split,
        normalization,
        model(training, normalization),
        loss(training, split.train()),
        mixed(training, batches));
  }

  /**
   * Finds out whether data, network and hyperparameters go together.
   *
   * @throws TrainingException if not
   */
  static void check(Training training) {
    Loss unused = loss(training, split(training, training.dataset()).train());
    if (margin(training) > 0 && training.dataset().train() instanceof PhotoSet photos) {
      throw new TrainingException(
          "images of %d×%d are too small for %s: choose an --image-size of %d or more"
              .formatted(
                  photos.height(),
                  photos.width(),
                  training.network().name(),
                  training.network().smallestSize()));
    }
  }

  /** Describes the network. */
  static ModelInfo model(Training training, Normalization normalization) {
    ImageDataset dataset = training.dataset();
    ImageSet images = dataset.train();
    int margin = margin(training);
    return new ModelInfo(
        training.recipe().network(),
        training.hyperparameters().options(dataset.labels().size()),
        new ModelInfo.Input(
            images.channels(), images.height() + 2 * margin, images.width() + 2 * margin),
        margin,
        images instanceof PhotoSet photos ? photos.shorterSide() : null,
        normalization,
        dataset.labels());
  }

  /** Mixes examples if that is asked for. */
  static BatchSource mixed(Training training, BatchSource examples) {
    double alpha = training.hyperparameters().mixup();
    return alpha == 0
        ? examples
        : new MixedBatches(examples, alpha, training.dataset().labels().size());
  }

  /** Rows and columns of zeros that images need on each side to be large enough for the network. */
  private static int margin(Training training) {
    ImageSet images = training.dataset().train();
    int lacking = training.network().smallestSize() - Math.min(images.height(), images.width());
    return Math.max(0, (lacking + 1) / 2);
  }

  private static TrainValidation split(Training training, ImageDataset images) {
    try {
      return images.split(
          training.hyperparameters().validationSplit(), new Seeds(training.seed()).split());
    } catch (IllegalArgumentException e) {
      throw new TrainingException(e.getMessage() + ": choose a smaller --validation-split");
    }
  }

  private static Loss loss(Training training, ImageSet images) {
    Hyperparameters how = training.hyperparameters();
    int[] labels = images.labels();
    if (how.balanceClasses()) {
      requireEveryClass(training, labels, "--class-weights");
      int classes = training.dataset().labels().size();
      return new CrossEntropy(how.labelSmoothing(), CrossEntropy.balanced(labels, classes));
    }
    if (how.balanceSampling()) {
      requireEveryClass(training, labels, "--class-sampling");
    }
    return new CrossEntropy(how.labelSmoothing());
  }

  private static void requireEveryClass(Training training, int[] labels, String option) {
    for (int c = 0; c < training.dataset().labels().size(); c++) {
      int label = c;
      if (IntStream.of(labels).noneMatch(l -> l == label)) {
        throw new TrainingException(
            "class '%s' has no training images, so %s can't balance it"
                .formatted(training.dataset().labels().get(c), option));
      }
    }
  }
}
