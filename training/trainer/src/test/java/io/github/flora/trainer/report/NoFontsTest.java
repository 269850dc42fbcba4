package io.github.flora.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A slim container has no fonts: all pictures then fail with a line that says what to do. */
class NoFontsTest {

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void picturesSayWhatIsMissing() throws IOException, InterruptedException {
    Path config = folder.resolve("fonts.conf");
    Files.writeString(config, "<?xml version=\"1.0\"?><fontconfig></fontconfig>\n");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.home=" + folder, // Java caches the fonts it found there
            "-cp",
            System.getProperty("java.class.path"),
            DrawAll.class.getName(),
            folder.toString());
    builder.environment().put("FONTCONFIG_FILE", config.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    String reason =
        ": Java finds no fonts; on Debian or Ubuntu, "
            + "apt-get install fontconfig fonts-dejavu-core\n";
    StringBuilder expected = new StringBuilder();
    for (String name :
        List.of("curves.png", "matrix.png", "gallery.png", "runs.png", "curves.png")) {
      expected.append("can't draw ").append(folder.resolve(name)).append(reason);
      assertFalse(Files.exists(folder.resolve(name)));
    }
    assertEquals(expected.toString(), output);
  }

  /** Draws one of each picture, and the first again, into a folder. */
  static final class DrawAll {

    private DrawAll() {}

    private interface Drawing {
      void write(Path png) throws IOException;
    }

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Drawing curves =
          png -> CurvesPicture.write(png, "", List.of(new Epoch(1, 1, 1, 1, 1, 1, 1, 1)));
      draw(folder.resolve("curves.png"), curves);
      draw(
          folder.resolve("matrix.png"),
          png -> ConfusionMatrixPicture.write(png, new ConfusionMatrix(List.of("a")), ""));
      draw(folder.resolve("gallery.png"), png -> Gallery.write(png, "", List.of()));
      draw(
          folder.resolve("runs.png"),
          png ->
              RunsPicture.write(png, "", Map.of("a", List.of(new Epoch(1, 1, 1, 1, 1, 1, 1, 1)))));
      draw(folder.resolve("curves.png"), curves);
    }

    private static void draw(Path png, Drawing drawing) {
      try {
        drawing.write(png);
        System.out.println(png + " was drawn");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
