package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.data.ImageSet;
import io.github.flora.data.SyntheticDigits;
import io.github.flora.trainer.SmallData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code predict} on pictures of digits in files. */
final class PredictFilesTest {

  private static final int TRAIN_IMAGES = 3000;

  /** The test images that the files show. */
  private static final ImageSet DIGITS = SyntheticDigits.draw(5, TRAIN_IMAGES, 20);

  @TempDir static Path shared;
  private static Path run;

  @TempDir Path temp;

  @BeforeAll
  static void train() throws IOException {
    Path data = SmallData.write(shared.resolve("data"), TRAIN_IMAGES, 20);
    run = shared.resolve("run");
    Cli.run(
            "train",
            "mnist-mlp",
            "--data",
            data.toString(),
            "--output",
            run.toString(),
            "--epochs",
            "10",
            "--batch-size",
            "32",
            "--augment")
        .succeeded();
  }

  /** How a digit is put on paper. */
  private enum Ink {
    BRIGHT_ON_BLACK,
    DARK_ON_LIGHT
  }

  /** A digit every pixel of which is a square of some pixels. */
  private static BufferedImage picture(int digit, int scale, Ink ink) {
    byte[] pixels = DIGITS.pixels(digit);
    int side = 28 * scale;
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int value = pixels[y / scale * 28 + x / scale] & 0xff;
        image.getRaster().setSample(x, y, 0, ink == Ink.DARK_ON_LIGHT ? 255 - value : value);
      }
    }
    return image;
  }

  private static Path write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    assertTrue(
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()), name);
    return file;
  }

  private Path file(String name, int digit, int scale, Ink ink) throws IOException {
    return write(picture(digit, scale, ink), temp.resolve(name));
  }

  private static Cli predict(Object... arguments) {
    return Cli.run(
        Stream.concat(Stream.of("predict", run), Arrays.stream(arguments))
            .map(Object::toString)
            .toArray(String[]::new));
  }

  /** The JSON is alone on standard output, and nothing is on standard error. */
  private static List<JsonObject> json(Cli cli) {
    assertEquals("", cli.succeeded().err());
    return objects(cli);
  }

  private static List<JsonObject> objects(Cli cli) {
    assertTrue(cli.out().startsWith("[") && cli.out().endsWith("]\n"), cli::toString);
    JsonArray array = JsonParser.parseString(cli.out()).getAsJsonArray();
    return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static String best(JsonObject image) {
    return image.getAsJsonArray("predictions").get(0).getAsJsonObject().get("label").getAsString();
  }

  /** A file of MNIST's size and kind is the image itself, so the answer is the same to the bit. */
  @ParameterizedTest
  @CsvSource({"png,BRIGHT_ON_BLACK", "png,DARK_ON_LIGHT", "bmp,BRIGHT_ON_BLACK"})
  void aFileIsAnsweredAsTheTestImageThatItShows(String format, Ink ink) throws IOException {
    for (int digit = 0; digit < 3; digit++) {
      Path file = file(digit + "." + format, digit, 1, ink);
      JsonObject test = json(predict("--test", digit, "--top", 10, "--json")).get(0);
      JsonObject read = json(predict(file, "--top", 10, "--json")).get(0);
      assertEquals(test.get("predictions"), read.get("predictions"));
      assertEquals(ink == Ink.DARK_ON_LIGHT, read.has("inverted"), read::toString);
    }
  }

  /** MNIST's way of centring a digit changes it a little, hence the model trained with shifts. */
  @ParameterizedTest
  @CsvSource({
    "png,2,BRIGHT_ON_BLACK",
    "png,9,DARK_ON_LIGHT",
    "jpg,5,DARK_ON_LIGHT",
    "gif,3,DARK_ON_LIGHT",
    "tif,4,BRIGHT_ON_BLACK",
  })
  void picturesOfAnySizeAreUnderstood(String format, int scale, Ink ink) throws IOException {
    List<Object> arguments = new ArrayList<>();
    for (int digit = 0; digit < DIGITS.size(); digit++) {
      arguments.add(file(digit + "." + format, digit, scale, ink));
    }
    arguments.add("--json");
    List<JsonObject> answers = json(predict(arguments.toArray()));
    assertEquals(DIGITS.size(), answers.size());
    int right = 0;
    for (int digit = 0; digit < DIGITS.size(); digit++) {
      JsonObject answer = answers.get(digit);
      assertEquals(arguments.get(digit).toString(), answer.get("file").getAsString());
      assertEquals(ink == Ink.DARK_ON_LIGHT, answer.has("inverted"), answer::toString);
      assertFalse(answer.has("truth"), "nobody knows");
      right += best(answer).equals(Integer.toString(DIGITS.label(digit))) ? 1 : 0;
    }
    assertTrue(right >= 18, right + " of " + DIGITS.size());
  }

  @Test
  void saysThatItInvertedAndDrawsTheAnswers() throws IOException {
    Path dark = file("dark.png", 0, 4, Ink.DARK_ON_LIGHT);
    Path bright = file("bright.png", 1, 4, Ink.BRIGHT_ON_BLACK);
    Path picture = temp.resolve("answers/picture.png");
    Cli cli = predict(dark, bright, "--top", 2, "--output", picture).succeeded();
    assertEquals("", cli.err());
    List<String> lines = cli.out().lines().toList();
    assertEquals(4, lines.size(), cli.out());
    String answer = ": \\d \\d+\\.\\d\\d%, \\d \\d+\\.\\d\\d%";
    assertTrue(lines.get(0).startsWith("mnist-mlp on PyTorch "), cli.out());
    assertTrue(
        lines.get(1).matches(".*dark\\.png" + answer + "  \\(dark on light, so inverted\\)"),
        cli.out());
    assertTrue(lines.get(2).matches(".*bright\\.png" + answer), cli.out());
    assertEquals("wrote " + picture, lines.get(3));
    assertTrue(ImageIO.read(picture.toFile()).getWidth() > 50);
  }

  @Test
  void thePictureLiesInTheRunUnlessToldOtherwise() throws IOException {
    Path picture = run.resolve("predictions.png");
    Files.deleteIfExists(picture);
    predict(file("a.png", 0, 2, Ink.BRIGHT_ON_BLACK)).succeeded();
    assertTrue(ImageIO.read(picture.toFile()).getWidth() > 20);
  }

  /** What heat maps show is HeatMapTest's matter; an MLP has no convolution to look at. */
  @Test
  void explainsBesideThePicture() throws IOException {
    Path file = file("a.png", 0, 2, Ink.BRIGHT_ON_BLACK);
    Path picture = temp.resolve("answers.png");
    Path explained = temp.resolve("answers.explained.png");
    Cli cli = predict(file, "--explain", "--output", picture).succeeded();
    assertTrue(
        cli.out()
            .endsWith(
                "wrote %s%nwrote %s (%s)%n"
                    .formatted(
                        picture,
                        explained,
                        "occlusion by squares of 6×6: the network has no convolution to look at")),
        cli.out());
    BufferedImage one = ImageIO.read(picture.toFile());
    BufferedImage two = ImageIO.read(explained.toFile());
    assertTrue(two.getWidth() >= one.getWidth() && colours(two) > colours(one) + 100);
    JsonObject entry = json(predict(file, "--explain", "--json", "--output", picture)).get(0);
    JsonObject explanation = entry.getAsJsonObject("explanation");
    assertEquals(explained.toString(), explanation.get("file").getAsString());
    assertEquals(
        "occlusion by squares of 6×6", explanation.get("method").getAsString(), entry::toString);
  }

  /** How many pixels of a picture aren't grey. */
  private static int colours(BufferedImage image) {
    int colours = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int red = rgb >> 16 & 0xff;
        int green = rgb >> 8 & 0xff;
        int blue = rgb & 0xff;
        colours += Math.max(Math.abs(red - green), Math.abs(green - blue)) > 40 ? 1 : 0;
      }
    }
    return colours;
  }

  @Test
  void aFolderIsSearchedForImages() throws IOException {
    Path folder = temp.resolve("digits");
    file("digits/b.png", 1, 1, Ink.BRIGHT_ON_BLACK);
    file("digits/a.jpg", 2, 2, Ink.BRIGHT_ON_BLACK);
    file("digits/more/c.PNG", 3, 1, Ink.BRIGHT_ON_BLACK);
    Files.writeString(folder.resolve("notes.txt"), "no image");
    Path extra = file("single.png", 4, 1, Ink.BRIGHT_ON_BLACK);
    assertEquals(
        Stream.of("a.jpg", "b.png", "more/c.PNG", "../single.png")
            .map(name -> folder.resolve(name).normalize().toString())
            .toList(),
        json(predict(folder, extra, "--json")).stream()
            .map(image -> image.get("file").getAsString())
            .toList());
  }

  /** Scripts rely on the keys. */
  @Test
  void jsonIsStable() throws IOException {
    Path file = file("a.png", 0, 3, Ink.DARK_ON_LIGHT);
    JsonObject image = json(predict(file, "--json", "--top", 1)).get(0);
    assertEquals(
        List.of("file", "inverted", "predictions", "milliseconds"), List.copyOf(image.keySet()));
    assertTrue(image.get("inverted").getAsBoolean());
    assertEquals(1, image.getAsJsonArray("predictions").size());
    assertEquals(
        List.of("label", "probability"),
        List.copyOf(image.getAsJsonArray("predictions").get(0).getAsJsonObject().keySet()));
    assertTrue(image.get("milliseconds").getAsDouble() > 0);
  }

  @Test
  void csvHasARowPerClassAndQuotesNames() throws IOException {
    Path plain = file("plain.png", 0, 1, Ink.BRIGHT_ON_BLACK);
    Path odd = file("a \"b\", c.png", 1, 1, Ink.BRIGHT_ON_BLACK);
    Cli cli = predict(plain, odd, "--csv", "--top", 2).succeeded();
    assertEquals("", cli.err());
    List<String> lines = cli.out().lines().toList();
    assertEquals(5, lines.size(), cli.out());
    assertEquals("file,rank,label,probability", lines.get(0));
    for (int rank = 1; rank <= 2; rank++) {
      assertTrue(lines.get(rank).startsWith(plain + "," + rank + ","), cli.out());
      assertTrue(
          lines.get(rank).substring((plain + "," + rank).length()).matches(",\\d,[0-9.E-]+"),
          cli.out());
      assertTrue(
          lines
              .get(2 + rank)
              .startsWith('"' + odd.toString().replace("\"", "\"\"") + "\"," + rank + ","),
          cli.out());
    }
    assertTrue(
        Double.parseDouble(lines.get(1).substring(lines.get(1).lastIndexOf(',') + 1))
            >= Double.parseDouble(lines.get(2).substring(lines.get(2).lastIndexOf(',') + 1)));
  }

  @Test
  void csvOfTestImages() {
    List<String> lines =
        predict("--test", "3,4", "--csv", "--top", 1).succeeded().out().lines().toList();
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(lines.get(1).startsWith("mnist test 3,1,"), lines::toString);
    assertTrue(lines.get(2).startsWith("mnist test 4,1,"), lines::toString);
  }

  /** Makes something that isn't a picture of a digit; returns what has to be said of it. */
  private String bad(String kind, Path at) throws IOException {
    switch (kind) {
      case "empty" -> Files.write(at, new byte[0]);
      case "text" -> Files.writeString(at, "This is no picture.\n");
      case "cut" -> {
        write(picture(0, 10, Ink.BRIGHT_ON_BLACK), at);
        byte[] all = Files.readAllBytes(at);
        Files.write(at, Arrays.copyOf(all, all.length / 2));
      }
      case "blank" -> {
        BufferedImage white = new BufferedImage(60, 60, BufferedImage.TYPE_BYTE_GRAY);
        white.createGraphics().fillRect(0, 0, 60, 60);
        write(white, at);
      }
      case "folder" -> Files.createDirectory(at);
      default -> assertEquals("missing", kind);
    }
    return switch (kind) {
      case "empty" -> "the file is empty; get it again";
      case "text" ->
          "this isn't an image in a known format, whatever its name; use JPEG, PNG, WebP, GIF, BMP or TIFF";
      case "cut" -> "the image is damaged or cut off (";
      case "blank" -> "nothing can be seen in it: is it blank?";
      case "folder" -> "there is no image in this folder; it looks for ";
      default -> "there is no such file; check the path";
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "text", "cut", "blank", "folder", "missing"})
  void oneLineForWhatIsNoPicture(String kind) throws IOException {
    Path bad = temp.resolve("bad.png");
    String problem = bad(kind, bad);
    for (String format : List.of("--json", "--csv", "--top=3")) {
      Cli cli = predict(bad, format);
      String line = cli.failed(1);
      assertTrue(line.startsWith("flora: " + bad + ": " + problem), line);
      assertEquals("", cli.out());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "text", "cut", "blank", "folder", "missing"})
  void theGoodAreAnsweredBesideTheBad(String kind) throws IOException {
    Path bad = temp.resolve("bad.png");
    String problem = bad(kind, bad);
    Path first = file("first.png", 0, 1, Ink.BRIGHT_ON_BLACK);
    Path last = file("last.png", 1, 1, Ink.BRIGHT_ON_BLACK);
    Cli cli = predict(first, bad, last, "--json");
    String line = cli.failed(1);
    assertTrue(line.startsWith("flora: " + bad + ": " + problem), line);
    assertEquals(
        List.of(first.toString(), last.toString()),
        objects(cli).stream().map(image -> image.get("file").getAsString()).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | name image files, or test images with --test; one of both",
        "a.png --test 0 | name image files, or test images with --test; one of both",
        "a.png --json --csv | --json and --csv exclude each other",
        "a.png --top 0 | --top is 0 but has to be at least 1",
      })
  void wrongUsage(String arguments, String message) {
    Cli cli = Cli.line("predict " + run + " " + arguments);
    assertEquals("flora: " + message, cli.failed(2));
    assertEquals("", cli.out());
  }
}
