package io.github.flora.trainer.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Draws the curves of several runs over each other: loss on the left, accuracy on the right, a
 * colour per run, validation solid, training dashed and lighter.
 */
public final class RunsPicture {

  /** A run's colour, in the order of the runs: easily told apart on white. */
  static final List<Color> COLOURS =
      List.of(
          new Color(0x1F, 0x77, 0xB4), // blue
          new Color(0xE6, 0x6A, 0x0A), // orange
          new Color(0x2E, 0x9B, 0x3A), // green
          new Color(0xC6, 0x28, 0x28), // red
          new Color(0x7E, 0x57, 0xC2), // violet
          new Color(0x12, 0xB5, 0xC9), // cyan
          new Color(0xD8, 0x4F, 0xB0), // pink
          new Color(0x7A, 0x4B, 0x33), // brown
          new Color(0xB5, 0xB0, 0x1E), // olive
          new Color(0x6B, 0x77, 0x80)); // grey

  private static final BasicStroke DASHED =
      new BasicStroke(
          1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6f, 4f}, 0f);

  /** Share of white in a training curve's colour. */
  private static final double LIGHTER = 0.45;

  /** Up to so many epochs in so many runs every epoch gets a dot; more would hide the curves. */
  private static final int MOST_DOTS = 15;

  private static final int MOST_RUNS_WITH_DOTS = 5;

  /** A run has exploded if its highest loss is so many times that of the run in the middle. */
  private static final double EXPLODED = 10;

  /** The loss is then cut off at so many times the highest of the others. */
  private static final double CUT_OFF = 3;

  private static final int LEGEND_KEY = 36;
  private static final int LEGEND_GAP = 24;
  private static final int LEGEND_MARGIN = 40;
  private static final int LEGEND_TOP = CurvesPanel.TITLE_HEIGHT + CurvesPanel.HEIGHT + 14;
  private static final int LINE_HEIGHT = 22;
  private static final int LONGEST_NAME = 520;

  private RunsPicture() {}

  /**
   * Draws the curves, 1200 pixels wide, at least 450 high; more runs need a higher legend. Values
   * that aren't finite leave a gap. From the eleventh run on the colours return, darker.
   *
   * @param png the file to write or replace
   * @param title what stands above both panels
   * @param runs each run's name and its epochs in order, in the order of the legend; runs without
   *     epochs are left out
   * @throws IOException if the file can't be written or Java has no fonts
   * @throws IllegalArgumentException if no run has an epoch
   */
  public static void write(Path png, String title, Map<String, List<Epoch>> runs)
      throws IOException {
    List<Run> shown = new ArrayList<>();
    runs.forEach(
        (name, epochs) -> {
          if (!epochs.isEmpty()) {
            shown.add(new Run(name, List.copyOf(epochs), colour(shown.size())));
          }
        });
    if (shown.isEmpty()) {
      throw new IllegalArgumentException("no epochs to draw");
    }
    Canvas.requireFonts(png);
    List<List<Entry>> legend = legend(shown);
    Canvas.write(
        png,
        CurvesPanel.PICTURE_WIDTH,
        LEGEND_TOP + LINE_HEIGHT * legend.size(),
        g -> {
          CurvesPanel.title(g, title);
          paint(g, 0, "loss", mostLoss(shown), shown, Epoch::trainLoss, Epoch::valLoss);
          paint(
              g,
              CurvesPanel.WIDTH,
              "accuracy in %",
              100,
              shown,
              CurvesPanel::trainPercent,
              CurvesPanel::valPercent);
          for (int i = 0; i < legend.size(); i++) {
            drawLegend(g, legend.get(i), LEGEND_TOP + i * LINE_HEIGHT);
          }
        });
  }

  private record Run(String name, List<Epoch> epochs, Color colour) {}

  /** A line of the legend's samples: how it looks and what it stands for. */
  private record Entry(String text, Color colour, BasicStroke stroke) {
    double width() {
      return LEGEND_KEY + Canvas.width(font(), text);
    }
  }

  private static void paint(
      Graphics2D g,
      int x,
      String name,
      double most,
      List<Run> runs,
      ToDoubleFunction<Epoch> training,
      ToDoubleFunction<Epoch> validation) {
    CurvesPanel panel = new CurvesPanel(name, most);
    int longest = runs.stream().mapToInt(run -> run.epochs().size()).max().orElse(0);
    boolean dots = longest <= MOST_DOTS && runs.size() <= MOST_RUNS_WITH_DOTS;
    // Names differ by number, since "a training" might be a run's name.
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      panel.add(i + " training", run.epochs(), training, lighter(run.colour()), DASHED, false);
    }
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      List<Epoch> validated = run.epochs().stream().filter(Epoch::validated).toList();
      panel.add(i + " validation", validated, validation, run.colour(), CurvesPanel.SOLID, dots);
    }
    panel.paint(g, x);
  }

  /** Where the loss is cut off, so that a run that exploded doesn't flatten the others. */
  private static double mostLoss(List<Run> runs) {
    double[] highest =
        runs.stream().mapToDouble(RunsPicture::highestLoss).filter(l -> l > 0).sorted().toArray();
    if (highest.length == 0) {
      return Double.MAX_VALUE;
    }
    double limit = EXPLODED * highest[(highest.length - 1) / 2];
    double most = Arrays.stream(highest).filter(loss -> loss <= limit).max().orElse(limit);
    return most == highest[highest.length - 1] ? Double.MAX_VALUE : CUT_OFF * most;
  }

  /** The highest finite loss of a run, or 0. */
  private static double highestLoss(Run run) {
    return run.epochs().stream()
        .flatMapToDouble(epoch -> DoubleStream.of(epoch.trainLoss(), epoch.valLoss()))
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }

  /** Not a constant: without a font library this class could then not even be loaded. */
  private static Font font() {
    return Canvas.font(Font.PLAIN, 13);
  }

  /** The colour of the run with this index. */
  static Color colour(int run) {
    Color colour = COLOURS.get(run % COLOURS.size());
    for (int i = 0; i < run / COLOURS.size(); i++) {
      colour = colour.darker();
    }
    return colour;
  }

  /** A training curve's colour. */
  static Color lighter(Color colour) {
    return new Color(
        lighter(colour.getRed()), lighter(colour.getGreen()), lighter(colour.getBlue()));
  }

  private static int lighter(int part) {
    return (int) Math.round(part + LIGHTER * (255 - part));
  }

  /** Breaks the legend into lines that fit below both panels. */
  private static List<List<Entry>> legend(List<Run> runs) {
    List<Entry> entries = new ArrayList<>();
    for (Run run : runs) {
      String text = Canvas.fit(font(), run.name(), LONGEST_NAME);
      entries.add(new Entry(text, run.colour(), CurvesPanel.SOLID));
    }
    if (runs.stream().anyMatch(run -> run.epochs().stream().anyMatch(Epoch::validated))) {
      entries.add(new Entry("validation", Canvas.INK, CurvesPanel.SOLID));
    }
    entries.add(new Entry("training", lighter(Canvas.INK), DASHED));
    List<List<Entry>> lines = new ArrayList<>();
    List<Entry> line = new ArrayList<>();
    double x = 0;
    for (Entry entry : entries) {
      if (!line.isEmpty() && x + entry.width() > CurvesPanel.PICTURE_WIDTH - 2 * LEGEND_MARGIN) {
        lines.add(line);
        line = new ArrayList<>();
        x = 0;
      }
      line.add(entry);
      x += entry.width() + LEGEND_GAP;
    }
    lines.add(line);
    return lines;
  }

  private static void drawLegend(Graphics2D g, List<Entry> line, int y) {
    double width = line.stream().mapToDouble(entry -> entry.width() + LEGEND_GAP).sum();
    double x = (CurvesPanel.PICTURE_WIDTH - width + LEGEND_GAP) / 2;
    g.setFont(font());
    for (Entry entry : line) {
      g.setColor(entry.colour());
      g.setStroke(entry.stroke());
      g.draw(new Line2D.Double(x, y, x + LEGEND_KEY - 8, y));
      g.setColor(Canvas.INK);
      g.drawString(entry.text(), (float) (x + LEGEND_KEY), (float) (y + Canvas.baseline(g)));
      x += entry.width() + LEGEND_GAP;
    }
  }
}
