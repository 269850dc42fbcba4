package io.github.flora.trainer.run;

import java.io.IOException;
import java.nio.file.Path;

/** A process that trains into a folder until its input ends; for {@link RunFolderTest}. */
final class LockHolder {

  private LockHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (RunFolder folder = RunFolder.create(Path.of(arguments[0]), false)) {
      System.out.println("holds " + folder.root());
      int unused = System.in.read();
    } catch (RunException e) {
      System.out.println(e.getMessage());
    }
  }
}
