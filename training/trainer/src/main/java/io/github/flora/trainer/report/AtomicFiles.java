package io.github.flora.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes files beside their target and moves them into place, so that a reader sees the old content
 * or the new one, never a part. When writing fails the old file stays and nothing else is left.
 */
public final class AtomicFiles {

  private AtomicFiles() {}

  /**
   * Something that takes a value and may fail with an {@link IOException}.
   *
   * @param <T> the value's type
   */
  @FunctionalInterface
  public interface IoConsumer<T> {
    /**
     * Takes the value.
     *
     * @param value the value
     * @throws IOException if it can't be taken
     */
    void accept(T value) throws IOException;
  }

  /**
   * Writes a file; missing folders above it are created. A symbolic link at the target is replaced,
   * not followed.
   *
   * @param target the file to write or replace
   * @param writer writes the whole content; the stream is buffered, flushed and closed by this
   *     method
   * @throws IOException if the file can't be written; the message is one line that names the target
   *     and the reason, the cause is the original error
   */
  public static void write(Path target, IoConsumer<? super OutputStream> writer)
      throws IOException {
    Path absolute = target.toAbsolutePath();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null || Files.isDirectory(absolute)) {
      throw new IOException("can't write " + target + ": it is a folder");
    }
    Path temp = parent.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
    try {
      // createDirectories refuses a symbolic link to a folder before Java 20.
      if (!Files.isDirectory(parent)) {
        Files.createDirectories(parent);
      }
      writeAndForce(temp, writer);
      moveIntoPlace(temp, absolute);
    } catch (IOException e) {
      deleteAfter(e, temp);
      throw new IOException("can't write " + target + ": " + reason(e), e);
    } catch (RuntimeException | Error e) {
      deleteAfter(e, temp);
      throw e;
    }
  }

  /**
   * Writes a text file in UTF-8.
   *
   * @param target the file to write or replace
   * @param text the whole content
   * @throws IOException as in {@link #write}
   */
  public static void writeString(Path target, CharSequence text) throws IOException {
    byte[] bytes = text.toString().getBytes(UTF_8);
    write(target, out -> out.write(bytes));
  }

  /** An error's reason in one line, without the path where the caller has named it already. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied for " + denied.getFile();
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is in the way";
    }
    if (e instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason();
    }
    if (e instanceof CharacterCodingException) {
      return "it is not a text in UTF-8";
    }
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.toString() : message;
  }

  private static void writeAndForce(Path temp, IoConsumer<? super OutputStream> writer)
      throws IOException {
    // Not Files.createTempFile, whose files only their owner may read.
    try (FileChannel channel =
            FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
      writer.accept(out);
      out.flush();
      // Else a power cut after the move could leave an empty file under the final name.
      channel.force(true);
    }
  }

  private static void moveIntoPlace(Path temp, Path target) throws IOException {
    try {
      Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temp, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteAfter(Throwable failure, Path temp) {
    try {
      Files.deleteIfExists(temp);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
