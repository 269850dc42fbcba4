package io.github.flora.data;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Photographs in files, in colour, decoded whenever they are asked for unless a cache has them. */
public final class PhotoSet extends ImageSet {

  private static final int CHANNELS = 3;

  private final List<Path> files;
  private final int shorterSide;
  private final DecodedCache cache;

  /**
   * Makes a set; reads nothing.
   *
   * @param files image files
   * @param labels a class index for each, taken over
   * @param options the size
   * @param cache keeps decoded images, for other sets too
   */
  PhotoSet(List<Path> files, int[] labels, PhotoOptions options, DecodedCache cache) {
    this(files, labels, options.imageSize(), options.shorterSide(), cache);
  }

  private PhotoSet(
      List<Path> files, int[] labels, int imageSize, int shorterSide, DecodedCache cache) {
    super(labels, imageSize, imageSize, CHANNELS);
    this.files = List.copyOf(files);
    this.shorterSide = shorterSide;
    this.cache = cache;
  }

  /**
   * Returns where an image is.
   *
   * @param index the image, from 0
   * @return its file
   */
  public Path file(int index) {
    return files.get(index);
  }

  /** Returns the length that the shorter side is resized to before the middle is cut out. */
  public int shorterSide() {
    return shorterSide;
  }

  @Override
  public byte[] pixels(int index) {
    return original(index).middle(shorterSide, height(), width()).pixelsShared();
  }

  @Override
  DecodedImage original(int index) {
    Path file = files.get(index);
    DecodedImage image = cache.get(file);
    if (image == null) {
      try {
        image = ImageFiles.read(file, CHANNELS);
      } catch (ImageFileException e) {
        throw new UncheckedIOException(e);
      }
      cache.offer(file, image);
    }
    return image;
  }

  @Override
  boolean isDecoded() {
    return true;
  }

  @Override
  public ImageSet select(int[] indices) {
    return new PhotoSet(
        IntStream.of(indices).mapToObj(files::get).toList(),
        labels(indices),
        height(),
        shorterSide,
        cache);
  }

  @Override
  public ImageSet padded(int margin) {
    if (margin == 0) {
      return this;
    }
    throw new IllegalArgumentException(
        "images of %d×%d are too small for the network; choose a larger --image-size"
            .formatted(height(), width()));
  }
}
