package io.github.flora.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written beside its place, run from there, and moved into place only when it agrees
 * with its block. What was there before stays until then.
 */
final class VerifiedFile implements AutoCloseable {

  private final Path target;
  private final Path temp;

  private VerifiedFile(Path target, Path temp) {
    this.target = target;
    this.temp = temp;
  }

  /** Writes a model beside its place. */
  static VerifiedFile write(ModelProto model, Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null || Files.isDirectory(absolute)) {
      throw new IOException("can't write " + file + ": it is a folder");
    }
    Path temp = parent.resolve("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      store(model, temp);
      return new VerifiedFile(absolute, temp);
    } catch (NoSuchFileException e) {
      throw new IOException("can't write " + file + ": there is no folder " + parent, e);
    } catch (IOException e) {
      Files.deleteIfExists(temp);
      throw new IOException("can't write " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      Files.deleteIfExists(temp);
      throw e;
    }
  }

  /** Runs the file and moves it into place if it agrees, else beside. */
  Agreement accept(double tolerance, Function<OnnxSession, Agreement> prove) throws IOException {
    Agreement agreement;
    try (OnnxSession session = OnnxSession.open(temp, OnnxSession.Options.DEFAULT)) {
      agreement = prove.apply(session);
    } catch (OnnxFileException | RuntimeException e) {
      throw rejected("ONNX Runtime doesn't run it: " + e.getMessage(), e);
    }
    if (!agreement.within(tolerance)) {
      throw rejected("it doesn't say what the block says: " + agreement, null);
    }
    move(temp, target);
    return agreement;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(temp);
  }

  private OnnxExportException rejected(String why, @Nullable Throwable cause) throws IOException {
    Path kept = target.resolveSibling(target.getFileName() + ".rejected");
    move(temp, kept);
    return new OnnxExportException(
        "",
        "",
        why.lines().findFirst().orElse("") + " (kept as " + kept.getFileName() + ")",
        cause);
  }

  private static void store(ModelProto model, Path target) throws IOException {
    try (FileChannel channel =
            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
      model.writeTo(out);
      out.flush();
      // Else a power cut after the move could leave an empty file under the final name.
      channel.force(true);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
