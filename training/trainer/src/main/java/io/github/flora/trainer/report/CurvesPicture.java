package io.github.flora.trainer.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;

/**
 * Draws {@code curves.png}: loss on the left, accuracy on the right, over the epochs, for training
 * and validation, with the best validated epoch ({@link Epoch#best}) ringed.
 */
public final class CurvesPicture {

  /** The training curve's colour. */
  static final Color TRAINING = new Color(0x1F, 0x77, 0xB4);

  /** The validation curve's colour. */
  static final Color VALIDATION = new Color(0xE6, 0x6A, 0x0A);

  /** The colour of the ring around the best epoch. */
  static final Color BEST = new Color(0x2E, 0x7D, 0x32);

  private static final int HEIGHT = 450;

  /** Width of a line sample in the legend, and the space between entries. */
  private static final int LEGEND_KEY = 36;

  private static final int LEGEND_GAP = 24;

  /** Up to so many epochs every one gets a dot; more dots would hide the curve. */
  private static final int MOST_DOTS = 40;

  private CurvesPicture() {}

  /**
   * Draws the curves, 1200 × 450 pixels. Values that aren't finite leave a gap.
   *
   * @param png the file to write or replace
   * @param title what stands above both panels, such as the recipe and the engine
   * @param epochs the epochs in order, at least one
   * @throws IOException if the file can't be written or Java has no fonts
   * @throws IllegalArgumentException if there are no epochs
   */
  public static void write(Path png, String title, List<Epoch> epochs) throws IOException {
    if (epochs.isEmpty()) {
      throw new IllegalArgumentException("no epochs to draw");
    }
    List<Epoch> shown = List.copyOf(epochs);
    Canvas.requireFonts(png);
    Canvas.write(
        png,
        CurvesPanel.PICTURE_WIDTH,
        HEIGHT,
        g -> {
          CurvesPanel.title(g, title);
          CurvesPanel loss = new CurvesPanel("loss", Double.MAX_VALUE);
          addCurves(loss, shown, Epoch::trainLoss, Epoch::valLoss, "%.4g");
          paint(g, loss, 0);
          CurvesPanel accuracy = new CurvesPanel("accuracy in %", 100);
          addCurves(accuracy, shown, CurvesPanel::trainPercent, CurvesPanel::valPercent, "%.2f %%");
          paint(g, accuracy, CurvesPanel.WIDTH);
        });
  }

  /**
   * Adds both curves and the ring.
   *
   * @param format how the legend shows the best epoch's value
   */
  private static void addCurves(
      CurvesPanel panel,
      List<Epoch> epochs,
      ToDoubleFunction<Epoch> training,
      ToDoubleFunction<Epoch> validation,
      String format) {
    boolean dots = epochs.size() <= MOST_DOTS;
    panel.add("training", epochs, training, TRAINING, CurvesPanel.SOLID, dots);
    List<Epoch> validated = epochs.stream().filter(Epoch::validated).toList();
    panel.add("validation", validated, validation, VALIDATION, CurvesPanel.SOLID, dots);
    Optional<Epoch> best = Epoch.best(epochs);
    if (best.isPresent() && Double.isFinite(validation.applyAsDouble(best.get()))) {
      double value = validation.applyAsDouble(best.get());
      String shown = String.format(Locale.ROOT, format, value);
      String name = "best epoch " + best.get().epoch() + " (" + shown + ")";
      XYSeries series =
          panel.chart().addSeries(name, new double[] {best.get().epoch()}, new double[] {value});
      series.setMarker(new Ring()).setMarkerColor(BEST).setLineStyle(SeriesLines.NONE);
    }
  }

  private static void paint(Graphics2D g, CurvesPanel panel, int x) {
    panel.paint(g, x);
    Graphics2D part = (Graphics2D) g.create();
    try {
      part.translate(x, CurvesPanel.TITLE_HEIGHT);
      drawLegend(part, panel.chart());
    } finally {
      part.dispose();
    }
  }

  /** XChart's own legend puts its entries on different baselines and close together. */
  private static void drawLegend(Graphics2D g, XYChart chart) {
    Font font = Canvas.font(Font.PLAIN, 13);
    double width = 0;
    for (String name : chart.getSeriesMap().keySet()) {
      width += LEGEND_KEY + Canvas.width(font, name) + LEGEND_GAP;
    }
    double x = (CurvesPanel.WIDTH - width + LEGEND_GAP) / 2;
    int y = CurvesPanel.HEIGHT + 10;
    g.setFont(font);
    for (XYSeries series : chart.getSeriesMap().values()) {
      double end = x + LEGEND_KEY - 8;
      if (!(series.getMarker() instanceof Ring)) {
        g.setColor(series.getLineColor());
        g.setStroke(series.getLineStyle());
        g.draw(new Line2D.Double(x, y, end, y));
      }
      g.setColor(series.getMarkerColor());
      series.getMarker().paint(g, (x + end) / 2, y, chart.getStyler().getMarkerSize());
      g.setColor(Canvas.INK);
      g.drawString(series.getName(), (float) (x + LEGEND_KEY), (float) (y + Canvas.baseline(g)));
      x += LEGEND_KEY + Canvas.width(font, series.getName()) + LEGEND_GAP;
    }
  }

  /** A ring around a point, wide enough for the point's dot to show inside. */
  private static final class Ring extends Marker {
    @Override
    public void paint(Graphics2D g, double x, double y, int markerSize) {
      g.setStroke(new BasicStroke(2f));
      double radius = markerSize;
      g.draw(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }
  }
}
