package io.github.flora.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data set.
 *
 * @param name what the images are, as {@link ImageDatasets#names} spells it
 * @param source whether the images are real or synthetic
 * @param origin where they came from, for people: a folder, "download" or "drawn by the program"
 * @param labels the class names; a label indexes into them
 * @param train the training images
 * @param validation the images to watch in training, of the same size, where the data set has a
 *     part for that; null where they come out of the training images
 * @param test the test images, of the same size
 * @param normalization how bytes become the network's input
 * @param warning one line to show because these images aren't the ones asked for: why, and how to
 *     get the others; null if they are
 * @param problems lines to show, about files that are left out and what else is wrong with the data
 */
public record ImageDataset(
    String name,
    Source source,
    String origin,
    List<String> labels,
    ImageSet train,
    @Nullable ImageSet validation,
    ImageSet test,
    Normalization normalization,
    @Nullable String warning,
    List<String> problems) {

  /**
   * Checks that the parts fit together.
   *
   * @throws IllegalArgumentException if sizes or channels differ, or a label has no name
   */
  public ImageDataset {
    labels = List.copyOf(labels);
    problems = List.copyOf(problems);
    int classes = labels.size();
    List<ImageSet> parts =
        validation == null ? List.of(train, test) : List.of(train, validation, test);
    for (ImageSet part : parts) {
      if (part.height() != train.height()
          || part.width() != train.width()
          || part.channels() != train.channels()
          || part.channels() != normalization.channels()) {
        throw new IllegalArgumentException(
            "%s: training %s, others %s, normalization of %d channels"
                .formatted(name, train, part, normalization.channels()));
      }
      if (Arrays.stream(part.labels()).anyMatch(label -> label >= classes)) {
        throw new IllegalArgumentException(
            "%s: a label is above the last class, %d".formatted(name, classes - 1));
      }
    }
  }

  /**
   * A data set without validation images of its own, and without problems.
   *
   * @param name as {@link #name}
   * @param source as {@link #source}
   * @param origin as {@link #origin}
   * @param labels as {@link #labels}
   * @param train as {@link #train}
   * @param test as {@link #test}
   * @param normalization as {@link #normalization}
   * @param warning as {@link #warning}
   * @throws IllegalArgumentException if sizes or channels differ, or a label has no name
   */
  public ImageDataset(
      String name,
      Source source,
      String origin,
      List<String> labels,
      ImageSet train,
      ImageSet test,
      Normalization normalization,
      @Nullable String warning) {
    this(name, source, origin, labels, train, null, test, normalization, warning, List.of());
  }

  /**
   * Returns the data set's own validation images, if it has any; else splits the training images so
   * that each class keeps its share: the validation set has round(fraction · N) images, dealt to
   * the classes by the largest-remainder method. Both parts keep the order of the data set.
   *
   * @param validationFraction the share to hold back, in [0, 1); 0 gives an empty validation set
   * @param seed which images; the same seed gives the same split
   * @return the parts, sharing this set's pixels
   * @throws IllegalArgumentException if the fraction is out of range, or leaves nothing to train on
   */
  public TrainValidation split(double validationFraction, long seed) {
    if (!(validationFraction >= 0 && validationFraction < 1)) {
      throw new IllegalArgumentException(
          "The validation split has to be in [0, 1), not " + validationFraction);
    }
    if (validation != null) {
      return new TrainValidation(train, validation);
    }
    int[] counts = new int[labels.size()];
    for (int i = 0; i < train.size(); i++) {
      counts[train.label(i)]++;
    }
    int[] quotas = largestRemainder(counts, validationFraction);
    if (train.size() > 0 && IntStream.of(quotas).sum() == train.size()) {
      throw new IllegalArgumentException(
          "A validation split of %s leaves none of %d images to train on"
              .formatted(validationFraction, train.size()));
    }

    boolean[] held = new boolean[train.size()];
    // A random order over all images is a random order within each class.
    for (int index : Batches.permutation(train.size(), new SplittableRandom(seed))) {
      if (quotas[train.label(index)]-- > 0) {
        held[index] = true;
      }
    }
    return new TrainValidation(
        train.select(IntStream.range(0, held.length).filter(i -> !held[i]).toArray()),
        train.select(IntStream.range(0, held.length).filter(i -> held[i]).toArray()));
  }

  private static int[] largestRemainder(int[] counts, double fraction) {
    int[] quotas = new int[counts.length];
    double[] remainders = new double[counts.length];
    for (int c = 0; c < counts.length; c++) {
      double share = counts[c] * fraction;
      quotas[c] = (int) share;
      remainders[c] = share - quotas[c];
    }
    int total = (int) Math.round(IntStream.of(counts).sum() * fraction);
    int missing = total - IntStream.of(quotas).sum();
    IntStream.range(0, counts.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -remainders[c]).thenComparing(c -> c))
        .limit(Math.max(0, missing))
        .forEach(c -> quotas[c]++);
    return quotas;
  }

  /** Returns this data set with one more line to show. */
  ImageDataset withProblem(String problem) {
    List<String> more = Stream.concat(problems.stream(), Stream.of(problem)).toList();
    return new ImageDataset(
        name, source, origin, labels, train, validation, test, normalization, warning, more);
  }

  /**
   * Returns this data set with zeros around each image.
   *
   * @param margin as for {@link ImageSet#padded}
   * @return the padded copy
   */
  public ImageDataset padded(int margin) {
    return new ImageDataset(
        name,
        source,
        origin,
        labels,
        train.padded(margin),
        validation == null ? null : validation.padded(margin),
        test.padded(margin),
        normalization,
        warning,
        problems);
  }
}
