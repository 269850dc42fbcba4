package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The most memory that fine-tuning holds, with few and with many photographs. */
@Tag("slow")
abstract class AbstractPhotosMemoryTest {

  private static final int FEW = 1000;
  private static final int MANY = 8000;
  private static final int ALLOWED_MEGABYTES = 100;

  private final String engine;

  /** Makes the test for an engine, by the name that DJL has for it. */
  AbstractPhotosMemoryTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;

  /** Photographs of 500×667, all different, most of them in their comments only. */
  private Path photos(int count) throws IOException {
    Random random = new Random(1);
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      BufferedImage image = new BufferedImage(500, 667, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      for (int disc = 0; disc < 400; disc++) {
        int diameter = 5 + random.nextInt(120);
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillOval(random.nextInt(500) - 40, random.nextInt(667) - 40, diameter, diameter);
      }
      graphics.dispose();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      assertTrue(ImageIO.write(image, "jpg", bytes));
      pictures.add(bytes.toByteArray());
    }
    Path folder = temp.resolve("photos-" + count);
    for (int i = 0; i < count; i++) {
      byte[] picture = pictures.get(i % 8);
      ByteBuffer file = ByteBuffer.allocate(picture.length + 8);
      // Start of image, then a comment of four bytes.
      file.put(picture, 0, 2).putInt(0xfffe0006).putInt(i).put(picture, 2, picture.length - 2);
      Path own = Files.createDirectories(folder.resolve(i % 2 == 0 ? "even" : "odd"));
      Files.write(own.resolve("%05d.jpg".formatted(i)), file.array());
    }
    return folder;
  }

  @Test
  void growsLittleFromAThousandImagesToEightThousand() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "Linux says what a process held");
    double few = peakMegabytes(FEW);
    double many = peakMegabytes(MANY);
    String both =
        "%s: peak %.0f MB with %,d images, %.0f MB with %,d"
            .formatted(engine, few, FEW, many, MANY);
    System.out.println(both);
    assertTrue(many - few < ALLOWED_MEGABYTES, both);
  }

  private double peakMegabytes(int images) throws Exception {
    ProcessBuilder builder =
        Cli.process(
            temp,
            ("train photos-resnet18 --pretrained none --image-size 32 --batch-size 32 --epochs 1"
                    + " --cache-images 0 --data %s --output %s --engine %s")
                .formatted(photos(images), temp.resolve("run-" + images), engine)
                .split(" ", -1));
    Path out = temp.resolve("out-" + images);
    Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    double peak = 0;
    try {
      while (process.isAlive()) {
        peak = Math.max(peak, peakMegabytes(process));
        Thread.sleep(20);
      }
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.contains(", %,d for the test".formatted(images / 5)), said);
    return peak;
  }

  /** The most that a process has held so far, by the kernel's account; 0 once it has ended. */
  private static double peakMegabytes(Process process) throws IOException {
    try {
      return Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid()))).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
