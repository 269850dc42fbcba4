package io.github.flora.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {

  @TempDir Path folder;

  @Test
  void writesAndReplacesAndCreatesFolders() throws IOException {
    Path target = folder.resolve("a/b/file.txt");
    AtomicFiles.writeString(target, "first, longer\n");
    AtomicFiles.writeString(target, "zwölf →\n");
    assertEquals("zwölf →\n", Files.readString(target));
    assertEquals(List.of("file.txt"), names(folder.resolve("a/b")));
  }

  @Test
  void nothingIsVisibleBeforeTheWriterIsDone() throws IOException {
    Path target = folder.resolve("file.txt");
    AtomicFiles.writeString(target, "old\n");
    AtomicFiles.write(
        target,
        out -> {
          out.write("new".getBytes(UTF_8));
          out.flush();
          assertEquals("old\n", Files.readString(target));
        });
    assertEquals("new", Files.readString(target));
  }

  @Test
  void writerThatThrowsLeavesTheOldFileAlone() throws IOException {
    Path target = folder.resolve("file.txt");
    AtomicFiles.writeString(target, "old\n");
    IOException full = new IOException("No space left on device");
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                AtomicFiles.write(
                    target,
                    out -> {
                      out.write(new byte[100_000]);
                      throw full;
                    }));
    assertSame(full, e.getCause());
    assertEquals("can't write " + target + ": No space left on device", e.getMessage());
    assertEquals("old\n", Files.readString(target));
    assertEquals(List.of("file.txt"), names(folder));
  }

  @Test
  void uncheckedExceptionPassesUnchangedAndLeavesNothing() throws IOException {
    IllegalStateException bug = new IllegalStateException("bug");
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                AtomicFiles.write(
                    folder.resolve("file.txt"),
                    out -> {
                      throw bug;
                    }));
    assertSame(bug, e);
    assertEquals(List.of(), names(folder));
  }

  @Test
  void targetBelowARegularFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    for (Path target : List.of(file.resolve("a.txt"), file.resolve("b/a.txt"))) {
      IOException e =
          assertThrows(IOException.class, () -> AtomicFiles.writeString(target, "text"));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.startsWith("can't write " + target + ": "), message);
      assertEquals(1, message.lines().count());
      assertInstanceOf(FileSystemException.class, e.getCause());
    }
    assertEquals(List.of("file"), names(folder));
  }

  @Test
  void folderIsNeverReplaced() throws IOException {
    Path target = Files.createDirectory(folder.resolve("folder"));
    IOException e = assertThrows(IOException.class, () -> AtomicFiles.writeString(target, "text"));
    assertEquals("can't write " + target + ": it is a folder", e.getMessage());
    assertTrue(Files.isDirectory(target));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void filesAreReadableAsAnyOtherNewFile() throws IOException {
    Path ours = folder.resolve("ours");
    AtomicFiles.writeString(ours, "x");
    Path plain = Files.writeString(folder.resolve("plain"), "x");
    assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(ours));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void parentMayBeASymbolicLink() throws IOException {
    Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    AtomicFiles.writeString(link.resolve("file"), "x");
    assertEquals("x", Files.readString(folder.resolve("real/file")));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
