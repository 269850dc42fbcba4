package io.github.flora.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds photographs: Oxford's flowers, or a folder or list of one's own. */
final class PhotoSource {

  private PhotoSource() {}

  /**
   * Loads a data set.
   *
   * @param request names {@link Flowers102#NAME} or {@link PhotoDatasets#OWN}; a folder that
   *     doesn't hold Oxford's flowers is taken for one's own photographs in either case
   * @param listener told how far the look at the files has come
   * @throws DataException if it can't be had
   */
  static ImageDataset load(DataRequest request, CheckListener listener) throws DataException {
    @Nullable Path place = request.directory();
    boolean flowers = request.name().equals(Flowers102.NAME);
    if (place == null && flowers) {
      Optional<Path> local = ImageDatasets.fromEnvironment(request, Flowers102.NAME);
      if (local.isPresent()) {
        return Flowers102.read(local.get(), origin(local.get()), request.photos(), listener);
      }
      return Flowers102.download(request.photos(), Download.standard(), listener);
    }
    if (place == null) {
      throw new DataException(
          "there are no photographs to learn from: name a folder with a folder per class, or a CSV"
              + " file of paths and labels, with --data");
    }
    if (!Files.exists(place)) {
      throw new DataException("%s: there is no such folder or file; check --data".formatted(place));
    }
    if (flowers) {
      Path below = place.resolve(Flowers102.NAME);
      if (Flowers102.isIn(place)) {
        return Flowers102.read(place, origin(place), request.photos(), listener);
      } else if (Flowers102.isIn(below)) {
        return Flowers102.read(below, origin(below), request.photos(), listener);
      }
    }
    return PhotoDatasets.of(
        PhotoDatasets.OWN, origin(place), null, PhotoLists.of(place), request.photos(), listener);
  }

  private static String origin(Path place) {
    return place.toAbsolutePath().normalize().toString();
  }
}
