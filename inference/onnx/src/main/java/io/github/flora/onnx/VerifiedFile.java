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
final class VerifiedFile {

  private final Path file;

  VerifiedFile(Path file) {
    this.file = file;
  }

  Agreement write(ModelProto model, double tolerance, Function<OnnxSession, Agreement> prove)
      throws IOException {
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null || Files.isDirectory(absolute)) {
      throw new IOException("can't write " + file + ": it is a folder");
    }
    Path temp = parent.resolve("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        store(model, temp);
      } catch (NoSuchFileException e) {
        throw new IOException("can't write " + file + ": there is no folder " + parent, e);
      } catch (IOException e) {
        throw new IOException("can't write " + file + ": " + e.getMessage(), e);
      }
      Agreement agreement;
      try (OnnxSession session = OnnxSession.open(temp, OnnxSession.Options.DEFAULT)) {
        agreement = prove.apply(session);
      } catch (OnnxFileException | RuntimeException e) {
        throw rejected(temp, absolute, "ONNX Runtime doesn't run it: " + e.getMessage(), e);
      }
      if (!agreement.within(tolerance)) {
        throw rejected(temp, absolute, "it doesn't say what the block says: " + agreement, null);
      }
      move(temp, absolute);
      return agreement;
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  private static OnnxExportException rejected(
      Path temp, Path target, String why, @Nullable Throwable cause) throws IOException {
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
