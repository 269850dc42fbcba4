package io.github.flora.data;

import org.jspecify.annotations.Nullable;

/** An image file that can't be used: one line that names the file, the cause and the way out. */
public final class ImageFileException extends DataException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with a file. */
  public enum Reason {
    /** It can't be read: it is missing, no file, or not accessible. */
    UNREADABLE,
    /** It holds nothing. */
    EMPTY,
    /** It isn't an image in a known format. */
    UNKNOWN_FORMAT,
    /** It is an image, but cut off or broken. */
    DAMAGED,
    /** It has more bytes or pixels than are taken. */
    TOO_LARGE,
    /** Its colours aren't known. */
    UNKNOWN_COLOURS,
    /** Decoding it takes more memory than there is. */
    MEMORY
  }

  private final Reason reason;
  private final String problem;

  /**
   * Creates an exception.
   *
   * @param reason what is wrong, for programs
   * @param file the file's or folder's name
   * @param problem what is wrong and what to do
   * @param cause what went wrong below, or null
   */
  ImageFileException(Reason reason, String file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
    this.reason = reason;
    this.problem = problem;
  }

  /**
   * Returns what is wrong, for programs.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Returns what is wrong, for people.
   *
   * @return the message without the file's name
   */
  public String problem() {
    return problem;
  }
}
