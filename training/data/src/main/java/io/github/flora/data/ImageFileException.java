package io.github.flora.data;

import org.jspecify.annotations.Nullable;

/** An image file that can't be used: one line that names the file, the cause and the way out. */
public final class ImageFileException extends DataException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param file the file's or folder's name
   * @param problem what is wrong and what to do
   * @param cause what went wrong below, or null
   */
  ImageFileException(String file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
