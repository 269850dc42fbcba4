package io.github.flora.data;

import ai.djl.util.Utils;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.flora.data.Photo.Part;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Oxford 102 Flowers (Nilsback and Zisserman, "Automated flower classification over a large number
 * of classes", ICVGIP 2008) in its original files, with its official split: 1,020 images to train
 * on, 1,020 to choose by, 6,149 for the test.
 */
final class Flowers102 {

  static final String NAME = "flowers102";

  private static final Logger logger = LoggerFactory.getLogger(Flowers102.class);

  private static final String ARCHIVE = "102flowers.tgz";
  private static final String LABELS = "imagelabels.mat";
  private static final String SPLIT = "setid.mat";
  private static final String IMAGES = "jpg";
  private static final int CLASSES = 102;

  private static final Map<String, String> MD5 =
      Map.of(
          ARCHIVE, "52808999861908f626f3c1f4e79d11fa",
          LABELS, "e0620be6f572b9609742df49c70aed4d",
          SPLIT, "a5357ecc9cb78c4bef273ce3793fc85c");

  private static final URI HOST = URI.create("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/");

  private static final String WAY_OUT =
      "get %s, %s and %s from %s into a folder and pass it with --data, or set FLORA_DATA to the"
              .formatted(ARCHIVE, LABELS, SPLIT, HOST)
          + " folder above "
          + NAME;

  private Flowers102() {}

  /** Whether a folder holds the data set, as far as names tell. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(LABELS)) || Files.exists(folder.resolve(SPLIT));
  }

  /** Downloads the three files, unless they are in the cache, and reads them. */
  static ImageDataset download(PhotoOptions options, Download download, CheckListener listener)
      throws DataException {
    Path folder = cache();
    try {
      for (String file : List.of(SPLIT, LABELS, ARCHIVE)) {
        download.fetch(
            HOST.resolve(file), folder.resolve(file), Objects.requireNonNull(MD5.get(file)));
      }
    } catch (IOException e) {
      throw new DataException(
          "Oxford 102 Flowers can't be had from %s: %s; %s"
              .formatted(HOST, Download.reason(e), WAY_OUT),
          e);
    }
    return read(folder, "download", options, listener);
  }

  /**
   * Reads the files.
   *
   * @param folder with the two lists, and the archive or the folder {@code jpg} unpacked from it
   * @param origin goes into the data set
   * @param options the size
   * @param listener told how far the look at the images has come
   * @throws DataException if a file is missing or broken
   */
  static ImageDataset read(Path folder, String origin, PhotoOptions options, CheckListener listener)
      throws DataException {
    for (String file : List.of(LABELS, SPLIT)) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        throw new DataException("%s has no file %s; %s".formatted(folder, file, WAY_OUT));
      }
    }
    List<String> names = names(folder);
    int[] labels = MatlabFile.read(folder.resolve(LABELS)).integers("labels");
    MatlabFile split = MatlabFile.read(folder.resolve(SPLIT));
    Path images = images(folder);
    List<Photo> photos = new ArrayList<>();
    boolean[] seen = new boolean[labels.length];
    Map<String, Part> parts =
        Map.of("trnid", Part.TRAIN, "valid", Part.VALIDATION, "tstid", Part.TEST);
    for (String list : List.of("trnid", "valid", "tstid")) {
      for (int id : split.integers(list)) {
        if (id < 1 || id > labels.length || seen[id - 1]) {
          throw new DataException(
              "%s: image %d of %s is listed twice or isn't one of %d images; get the file again"
                  .formatted(folder.resolve(SPLIT), id, list, labels.length));
        }
        seen[id - 1] = true;
        int label = labels[id - 1];
        if (label < 1 || label > CLASSES) {
          throw new DataException(
              "%s: class %d of image %d isn't one of 1 to %d; get the file again"
                  .formatted(folder.resolve(LABELS), label, id, CLASSES));
        }
        photos.add(
            new Photo(
                images.resolve("image_%05d.jpg".formatted(id)),
                names.get(label - 1),
                parts.get(list)));
      }
    }
    ImageDataset dataset = PhotoDatasets.of(NAME, origin, names, photos, options, listener);
    return split.integers("trnid").length > split.integers("tstid").length
        ? dataset.withProblem(
            "%s swaps training and test images: accuracies don't compare with published ones"
                .formatted(folder.resolve(SPLIT)))
        : dataset;
  }

  /** The folder of images: beside the lists, or unpacked into the cache. */
  private static Path images(Path folder) throws DataException {
    Path beside = folder.resolve(IMAGES);
    if (Files.isDirectory(beside)) {
      return beside;
    }
    Path archive = folder.resolve(ARCHIVE);
    if (!Files.isRegularFile(archive)) {
      throw new DataException(
          "%s has neither %s nor the folder %s; %s".formatted(folder, ARCHIVE, IMAGES, WAY_OUT));
    }
    Path unpacked = cache().resolve("unpacked-" + fingerprint(archive));
    if (!Files.isDirectory(unpacked)) {
      logger.info("Unpacking {} into {}, this once", archive, unpacked);
      Archive.unpack(archive, unpacked);
    }
    return unpacked.resolve(IMAGES);
  }

  private static Path cache() {
    return Utils.getCacheDir().resolve("cache/flora").resolve(NAME);
  }

  private static String fingerprint(Path archive) throws DataException {
    try {
      return HexFormat.of().formatHex(Arrays.copyOf(Digests.of("SHA-256", archive), 8));
    } catch (IOException e) {
      throw new DataException("%s can't be read: %s".formatted(archive, e.getMessage()), e);
    }
  }

  /** The names of the classes 1 to 102: of {@code cat_to_name.json}, if that lies in the folder. */
  private static List<String> names(Path folder) throws DataException {
    List<String> names = new ArrayList<>();
    Path file = folder.resolve("cat_to_name.json");
    try (InputStream resource =
        Objects.requireNonNull(Flowers102.class.getResourceAsStream("flowers102.txt"))) {
      if (!Files.exists(file)) {
        return new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      }
      JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      for (int i = 1; i <= CLASSES; i++) {
        names.add(json.get(String.valueOf(i)).getAsString());
      }
      return names;
    } catch (IOException | JsonParseException | IllegalStateException | NullPointerException e) {
      throw new DataException(
          "%s doesn't name the classes 1 to %d: mend it, or remove it for the usual names"
              .formatted(file, CLASSES),
          e);
    }
  }
}
