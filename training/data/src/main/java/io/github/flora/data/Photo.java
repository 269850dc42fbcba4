package io.github.flora.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A labelled image file of a data set.
 *
 * @param file where it is
 * @param label its class's name
 * @param part which part of the data set it belongs to; null where nobody said
 */
record Photo(Path file, String label, @Nullable Part part) {

  /** Parts of a data set. */
  enum Part {
    TRAIN,
    VALIDATION,
    TEST
  }
}
