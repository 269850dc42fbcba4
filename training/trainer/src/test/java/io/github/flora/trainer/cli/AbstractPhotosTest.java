package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.data.PhotoFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of one's own photographs, a fifth of them damaged or unusual, from files to a model. */
abstract class AbstractPhotosTest {

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractPhotosTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;

  private Cli train(String more) {
    return Cli.line(
        ("train photos-resnet18 --model cnn --pretrained none --image-size 32 --epochs 2 --no-progress"
                + " --data %s --output %s --engine %s %s")
            .formatted(temp.resolve("photos"), temp.resolve("run"), engine, more));
  }

  @Test
  void trainsOnWhatIsWholeAndReportsEachDamagedFileOnce() throws IOException {
    List<Path> bad = PhotoFiles.writeClasses(temp.resolve("photos"));
    assertTrue(
        train("--strict").failed(1).contains("12 of 300 images can't be used and --strict was"));
    assertFalse(Files.exists(temp.resolve("run")));

    Path sheet = temp.resolve("batch.png");
    Cli training = train("--show-batch " + sheet).succeeded();
    List<String> said = (training.out() + training.err()).lines().toList();
    assertTrue(said.contains("12 of 300 images can't be used and are left out:"), said::toString);
    for (Path file : bad) {
      assertEquals(
          1, said.stream().filter(line -> line.startsWith(file + ": ")).count(), file.toString());
    }
    assertEquals(12, said.stream().filter(line -> line.contains(".jpg: ")).count());
    assertTrue(said.contains("first batch " + sheet), said::toString);
    assertTrue(Files.size(sheet) > 10_000);

    JsonObject run =
        JsonParser.parseString(Files.readString(temp.resolve("run/run.json"))).getAsJsonObject();
    JsonObject data = run.getAsJsonObject("data");
    assertEquals(engine, run.getAsJsonObject("engine").get("name").getAsString());
    assertEquals(
        288,
        data.get("train").getAsInt()
            + data.get("validation").getAsInt()
            + data.get("test").getAsInt());
    // Each class has a colour of its own, and a third is chance.
    assertTrue(run.getAsJsonObject("result").get("test_accuracy").getAsDouble() > 0.5);
    Cli report = Cli.run("evaluate", temp.resolve("run").toString(), "--json").succeeded();
    assertEquals(
        run.getAsJsonObject("result").get("test_accuracy").getAsDouble(),
        JsonParser.parseString(report.out()).getAsJsonObject().get("accuracy").getAsDouble(),
        1e-9);
  }

  @Test
  void theLookAtThePhotographsIsShownOnATerminal() throws IOException {
    for (int i = 0; i < 20; i++) {
      PhotoFiles.write(temp.resolve("photos").resolve(i % 2 == 0 ? "even" : "odd"), "photo.jpg", i);
    }
    String terminal = System.getProperty("flora.terminal", "false");
    System.setProperty("flora.terminal", "true");
    System.setProperty(CheckBar.PATIENCE, "0");
    try {
      String run = temp.resolve("run").toString();
      String[] commands = {
        "train photos-resnet18 --model cnn --pretrained none --image-size 32 --epochs 1 --data %s"
            + " --output %s --engine %s",
        "evaluate %2$s --json",
        "predict %2$s --test 0 --json",
      };
      for (String command : commands) {
        Cli told = Cli.line(command.formatted(temp.resolve("photos"), run, engine)).succeeded();
        assertTrue(told.err().contains("checked     20 images in "), told::toString);
        assertFalse(told.out().contains("checked"), told::toString);
      }
      Cli silent = train("--overwrite").succeeded();
      assertFalse(silent.err().contains("checked"), silent::toString);
    } finally {
      System.setProperty("flora.terminal", terminal);
      System.clearProperty(CheckBar.PATIENCE);
    }
  }
}
