package io.github.flora.trainer.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

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

  private static final int WIDTH = 1200;
  private static final int HEIGHT = 450;
  private static final int TITLE_HEIGHT = 44;
  private static final int PLOT_HEIGHT = 372;

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
        WIDTH,
        HEIGHT,
        g -> {
          double titleWidth = Canvas.titleWidth(title);
          Canvas.title(g, title, (WIDTH - titleWidth) / 2, 30, titleWidth);
          Panel loss =
              new Panel("loss", Epoch::trainLoss, Epoch::valLoss, Double.MAX_VALUE, "%.4g");
          Panel accuracy =
              new Panel(
                  "accuracy in %",
                  e -> 100 * e.trainAccuracy(), e -> 100 * e.valAccuracy(), 100, "%.2f %%");
          paint(g, chart(loss, shown), 0);
          paint(g, chart(accuracy, shown), WIDTH / 2);
        });
  }

  /**
   * One of the two panels.
   *
   * @param name the vertical axis's title
   * @param training an epoch's value on the training curve
   * @param validation an epoch's value on the validation curve
   * @param most the highest value that can occur
   * @param format how the legend shows the best epoch's value
   */
  private record Panel(
      String name,
      ToDoubleFunction<Epoch> training,
      ToDoubleFunction<Epoch> validation,
      double most,
      String format) {}

  private static void paint(Graphics2D g, XYChart chart, int x) {
    Graphics2D part = (Graphics2D) g.create();
    try {
      part.translate(x, TITLE_HEIGHT);
      chart.paint(part, WIDTH / 2, PLOT_HEIGHT);
      drawLegend(part, chart);
    } finally {
      part.dispose();
    }
  }

  private static XYChart chart(Panel panel, List<Epoch> epochs) {
    XYChart chart = new XYChart(WIDTH / 2, PLOT_HEIGHT);
    chart.setXAxisTitle("epoch");
    chart.setYAxisTitle(panel.name());
    style(chart.getStyler());

    boolean dots = epochs.size() <= MOST_DOTS;
    addCurve(chart, "training", epochs, panel.training(), TRAINING, dots);
    addCurve(chart, "validation", epochs, panel.validation(), VALIDATION, dots);
    Optional<Epoch> best = Epoch.best(epochs);
    if (best.isPresent() && Double.isFinite(panel.validation().applyAsDouble(best.get()))) {
      double value = panel.validation().applyAsDouble(best.get());
      String shown = String.format(Locale.ROOT, panel.format(), value);
      String name = "best epoch " + best.get().epoch() + " (" + shown + ")";
      XYSeries series =
          chart.addSeries(name, new double[] {best.get().epoch()}, new double[] {value});
      series.setMarker(new Ring()).setMarkerColor(BEST).setLineStyle(SeriesLines.NONE);
    }
    setRanges(chart, panel, epochs);
    return chart;
  }

  private static void style(XYStyler styler) {
    Font labels = Canvas.font(Font.PLAIN, 13);
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderColor(Canvas.LINE)
        .setChartFontColor(Canvas.INK)
        .setChartPadding(12)
        .setChartTitleVisible(false)
        .setLegendVisible(false)
        .setMarkerSize(6);
    styler
        .setAxisTitleFont(Canvas.font(Font.BOLD, 13))
        .setAxisTickLabelsFont(labels)
        .setAxisTickLabelsColor(Canvas.GREY)
        .setAxisTickMarksColor(Canvas.LINE)
        .setPlotGridLinesColor(new Color(0xEC, 0xEF, 0xF1))
        .setPlotGridLinesStroke(new BasicStroke(1f))
        .setLocale(Locale.ROOT)
        // XChart widens the step between ticks until no two labels are equal: whole epochs.
        .setXAxisDecimalPattern("0")
        .setyAxisTickLabelsFormattingFunction(CurvesPicture::tick);
  }

  private static void addCurve(
      XYChart chart,
      String name,
      List<Epoch> epochs,
      ToDoubleFunction<Epoch> value,
      Color colour,
      boolean dots) {
    double[] x = epochs.stream().mapToDouble(Epoch::epoch).toArray();
    double[] y =
        epochs.stream()
            .mapToDouble(value)
            .map(v -> Double.isFinite(v) ? v : Double.NaN) // XChart leaves a gap at NaN only
            .toArray();
    long points = Arrays.stream(y).filter(Double::isFinite).count();
    if (points == 0) {
      return;
    }
    XYSeries series = chart.addSeries(name, x, y);
    series
        .setMarker(dots || points == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
        .setMarkerColor(colour)
        .setLineColor(colour)
        .setLineStyle(new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
  }

  /** Leaves room around the curves, unevenly so that XChart picks round ticks, not data points. */
  private static void setRanges(XYChart chart, Panel panel, List<Epoch> epochs) {
    double[] values =
        chart.getSeriesMap().values().stream()
            .flatMapToDouble(series -> Arrays.stream(series.getYData()))
            .filter(Double::isFinite)
            .toArray();
    double low = Arrays.stream(values).min().orElse(0);
    double high = Arrays.stream(values).max().orElse(1);
    // Else a curve that hardly moves would be blown up to its noise.
    double least = high == 0 ? 1 : 0.01 * Math.abs(high);
    double missing = Math.max(0, least - (high - low));
    double span = high - low + missing;
    double bottom = low - 0.4 * missing - 0.05 * span;
    double top = high + 0.6 * missing + 0.08 * span;
    chart
        .getStyler()
        .setXAxisMin(epochs.get(0).epoch() - 0.5)
        .setXAxisMax(epochs.get(epochs.size() - 1).epoch() + 0.5)
        .setYAxisMin(low < 0 ? bottom : Math.max(-0.02 * span, bottom))
        .setYAxisMax(Math.min(panel.most() + 0.02 * span, top));
  }

  /** XChart's own legend puts its entries on different baselines and close together. */
  private static void drawLegend(Graphics2D g, XYChart chart) {
    Font font = Canvas.font(Font.PLAIN, 13);
    double width = 0;
    for (String name : chart.getSeriesMap().keySet()) {
      width += LEGEND_KEY + Canvas.width(font, name) + LEGEND_GAP;
    }
    double x = (WIDTH / 2.0 - width + LEGEND_GAP) / 2;
    int y = PLOT_HEIGHT + 10;
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

  private static String tick(double value) {
    double size = Math.abs(value);
    boolean plain = size == 0 || (size >= 1e-4 && size < 1e6);
    return new DecimalFormat(
            plain ? "0.######" : "0.###E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(value);
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
