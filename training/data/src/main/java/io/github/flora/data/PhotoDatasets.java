package io.github.flora.data;

import io.github.flora.data.Photo.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes data sets of labelled image files. */
final class PhotoDatasets {

  /** What a data set of one's own photographs is called. */
  static final String OWN = "photos";

  /** Share of the images that is kept for the test where nobody says which. */
  private static final double TEST_SHARE = 0.2;

  private PhotoDatasets() {}

  /**
   * Makes a data set: leaves out what can't be read, and keeps a fifth of every class for the test
   * if no image is said to be of the test.
   *
   * @param name as {@link ImageDataset#name}
   * @param origin as {@link ImageDataset#origin}
   * @param labels the class names, or null for those that occur, in the order of the alphabet
   * @param photos the files
   * @param options their size, and what to do about bad ones
   * @param listener told how far the look at them has come
   * @throws DataException if there is nothing to learn from, or a file is bad and the options are
   *     strict
   */
  static ImageDataset of(
      String name,
      String origin,
      @Nullable List<String> labels,
      List<Photo> photos,
      PhotoOptions options,
      CheckListener listener)
      throws DataException {
    PhotoCheck check = PhotoCheck.of(photos, PhotoIndex.of(name + " " + origin), listener);
    List<String> problems = new ArrayList<>();
    int bad = check.problems().size();
    if (bad > 0) {
      String which = "%,d of %,d images can't be used".formatted(bad, photos.size());
      if (options.strict()) {
        throw new DataException(
            "%s and --strict was given; %s: %s"
                .formatted(which, bad == 1 ? "it is" : "the first is", check.problems().get(0)));
      }
      problems.add(which + " and are left out:");
      problems.addAll(check.problems());
    }
    check = withTest(check, problems);
    List<String> leaks = check.leaks();
    if (!leaks.isEmpty()) {
      problems.add(
          "%,d of the test images %s also among those that training sees, so the result will look better than it is:"
              .formatted(leaks.size(), leaks.size() == 1 ? "is" : "are"));
      problems.addAll(leaks);
    }
    List<Photo> good = check.photos();
    List<String> classes =
        labels == null ? good.stream().map(Photo::label).distinct().sorted().toList() : labels;
    if (classes.size() < 2) {
      throw new DataException(
          "%s: there are images of %s to tell apart; at least 2 classes are needed"
              .formatted(origin, classes.isEmpty() ? "no class" : "one class only"));
    }
    Map<String, Integer> index = new TreeMap<>();
    classes.forEach(label -> index.put(label, index.size()));
    DecodedCache cache = new DecodedCache((long) options.cacheMegabytes() << 20);
    PhotoSet train = part(good, Part.TRAIN, index, options, cache);
    PhotoSet validation = part(good, Part.VALIDATION, index, options, cache);
    // The test is read once: to keep it would only take room.
    PhotoSet test = part(good, Part.TEST, index, options, new DecodedCache(0));
    if (train.size() == 0 || test.size() == 0) {
      throw new DataException(
          "%s: %d images to train on and %d for the test; there have to be some of both"
              .formatted(origin, train.size(), test.size()));
    }
    return new ImageDataset(
        name,
        Source.REAL,
        origin,
        classes,
        train,
        validation.size() == 0 ? null : validation,
        test,
        Normalization.IMAGENET,
        null,
        problems);
  }

  private static PhotoSet part(
      List<Photo> photos,
      Part part,
      Map<String, Integer> index,
      PhotoOptions options,
      DecodedCache cache)
      throws DataException {
    List<Photo> own = photos.stream().filter(photo -> photo.part() == part).toList();
    int[] labels = new int[own.size()];
    List<Path> files = new ArrayList<>();
    for (Photo photo : own) {
      Integer label = index.get(photo.label());
      if (label == null) {
        throw new DataException(
            "%s: there is no class '%s'".formatted(photo.file(), photo.label()));
      }
      labels[files.size()] = label;
      files.add(photo.file());
    }
    return new PhotoSet(files, labels, options, cache);
  }

  /** Gives every image a part, and sees to it that there is a test. */
  private static PhotoCheck withTest(PhotoCheck check, List<String> problems) {
    List<Photo> photos = check.photos();
    boolean test = photos.stream().anyMatch(photo -> photo.part() == Part.TEST);
    boolean validation = photos.stream().anyMatch(photo -> photo.part() == Part.VALIDATION);
    Part[] parts = new Part[photos.size()];
    for (int i = 0; i < parts.length; i++) {
      Part own = photos.get(i).part();
      parts[i] = own == null ? Part.TRAIN : own;
      if (!test && own == Part.VALIDATION) {
        parts[i] = Part.TEST;
      }
    }
    if (!test && validation) {
      problems.add(
          "There are no test images: the validation images are the test, and --validation-split"
              + " takes others out of the training images.");
    } else if (!test) {
      drawTest(check, parts);
    }
    return new PhotoCheck(
        IntStream.range(0, parts.length)
            .mapToObj(i -> new Photo(photos.get(i).file(), photos.get(i).label(), parts[i]))
            .toList(),
        check.digests(),
        check.problems());
  }

  /**
   * Takes a fifth of every class in the order of the files' digests: so identical files stay
   * together, and an image stays where it was when others are added or renamed, mostly.
   */
  private static void drawTest(PhotoCheck check, Part[] parts) {
    Map<String, List<Integer>> classes = new TreeMap<>();
    for (int i = 0; i < parts.length; i++) {
      classes.computeIfAbsent(check.photos().get(i).label(), label -> new ArrayList<>()).add(i);
    }
    for (List<Integer> members : classes.values()) {
      members.sort(Comparator.comparing(check.digests()::get));
      int wanted = (int) Math.round(members.size() * TEST_SHARE);
      for (int k = 0; k < members.size(); k++) {
        boolean twin =
            k > 0
                && check
                    .digests()
                    .get(members.get(k))
                    .equals(check.digests().get(members.get(k - 1)))
                && parts[members.get(k - 1)] == Part.TEST;
        if (k < wanted || twin) {
          parts[members.get(k)] = Part.TEST;
        }
      }
    }
  }
}
