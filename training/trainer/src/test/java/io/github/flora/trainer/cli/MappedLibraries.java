package io.github.flora.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the program, then lists the native libraries that it has loaded, as Linux knows them. */
final class MappedLibraries {

  static final String HEADING = "loaded libraries:";

  private MappedLibraries() {}

  public static void main(String[] arguments) throws IOException {
    int status = Main.run(arguments);
    System.out.println(HEADING);
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    maps.stream()
        .filter(line -> line.contains(".so"))
        .map(line -> line.substring(line.lastIndexOf('/') + 1))
        .distinct()
        .forEach(System.out::println);
    System.exit(status);
  }
}
