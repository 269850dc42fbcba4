package io.github.flora.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.format.Mat5Reader;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Source;
import us.hebi.matlab.mat.types.Sources;

/** Lists of whole numbers in MATLAB's level 5 files. */
final class MatlabFile {

  /** The longest list that is read, far above what data sets need. */
  private static final int MOST_ELEMENTS = 1 << 20;

  /** Bytes that the file, and anything unpacked from it, may have. */
  private static final int MOST_BYTES = 1 << 24;

  private final Path path;
  private final Mat5File content;

  private MatlabFile(Path path, Mat5File content) {
    this.path = path;
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @return its content
   * @throws DataException if it can't be read, isn't such a file, or claims to be larger than any
   *     list of labels
   */
  static MatlabFile read(Path path) throws DataException {
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new TooLargeException(Files.size(path) + " bytes");
      }
      try (Source source = Sources.wrap(Files.readAllBytes(path))) {
        Mat5Reader reader =
            Mat5.newReader(source)
                .setBufferAllocator(new LimitedAllocator())
                .setMaxInflateBufferSize(4096)
                .disableSubsystemProcessing()
                .setEntryFilter(MatlabFile::check);
        return new MatlabFile(path, reader.readMat());
      }
    } catch (IOException | RuntimeException e) {
      // The reader wraps what a filter throws.
      TooLargeException claim =
          e instanceof TooLargeException own
              ? own
              : e.getCause() instanceof TooLargeException cause ? cause : null;
      throw new DataException(
          claim == null
              ? "%s can't be read as a MATLAB file (%s): get it again".formatted(path, reason(e))
              : "%s claims to hold %s, which no list of labels has: is it the right file?"
                  .formatted(path, claim.getMessage()),
          e);
    }
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }

  private static boolean check(Mat5Reader.EntryHeader header) {
    long elements = 1;
    for (int dimension : header.getDimensions()) {
      if (dimension < 0 || dimension > MOST_ELEMENTS) {
        throw new TooLargeException(dimension + " rows or columns");
      }
      elements *= dimension;
      if (elements > MOST_ELEMENTS) {
        throw new TooLargeException("more than %,d numbers".formatted(MOST_ELEMENTS));
      }
    }
    return true;
  }

  /**
   * Returns a list.
   *
   * @param name the variable's name
   * @return its numbers, column by column
   * @throws DataException if there is none of that name, or it isn't whole numbers
   */
  int[] integers(String name) throws DataException {
    for (MatFile.Entry entry : content.getEntries()) {
      if (entry.getName().equals(name) && entry.getValue() instanceof Matrix matrix) {
        int[] values = new int[matrix.getNumElements()];
        for (int i = 0; i < values.length; i++) {
          double value = matrix.getDouble(i);
          values[i] = (int) value;
          if (values[i] != value) {
            throw new DataException("%s: %s isn't a list of whole numbers".formatted(path, name));
          }
        }
        return values;
      }
    }
    throw new DataException("%s has no list '%s': is it the right file?".formatted(path, name));
  }

  private static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message) {
      super(message);
    }
  }

  /** Looks at the size before there is memory for it. */
  private static final class LimitedAllocator implements BufferAllocator {
    @Override
    public ByteBuffer allocate(int bytes) {
      if (bytes < 0 || bytes > MOST_BYTES) {
        throw new TooLargeException("%,d bytes in one piece".formatted(bytes & 0xffffffffL));
      }
      return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void release(ByteBuffer buffer) {
      // The garbage collector does.
    }
  }
}
