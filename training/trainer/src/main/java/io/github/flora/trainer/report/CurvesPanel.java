package io.github.flora.trainer.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart of curves over the epochs: half of a picture that shows loss and accuracy. */
final class CurvesPanel {

  /** Width of the whole picture. */
  static final int PICTURE_WIDTH = 1200;

  static final int WIDTH = PICTURE_WIDTH / 2;
  static final int HEIGHT = 372;

  /** Room above both panels. */
  static final int TITLE_HEIGHT = 44;

  static final BasicStroke SOLID =
      new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

  private static final Color GRID = new Color(0xEC, 0xEF, 0xF1);

  private final XYChart chart = new XYChart(WIDTH, HEIGHT);
  private final double most;
  private int firstEpoch = Integer.MAX_VALUE;
  private int lastEpoch = Integer.MIN_VALUE;

  /**
   * An empty panel.
   *
   * @param name the vertical axis's title
   * @param most the highest value that is to be shown
   */
  CurvesPanel(String name, double most) {
    this.most = most;
    chart.setXAxisTitle("epoch");
    chart.setYAxisTitle(name);
    style(chart.getStyler());
  }

  /** Draws a picture's title, centred above its panels. */
  static void title(Graphics2D g, String title) {
    double width = Canvas.titleWidth(title);
    Canvas.title(g, title, (PICTURE_WIDTH - width) / 2, 30, width);
  }

  /** An epoch's training accuracy in percent. */
  static double trainPercent(Epoch epoch) {
    return 100 * epoch.trainAccuracy();
  }

  /** An epoch's validation accuracy in percent. */
  static double valPercent(Epoch epoch) {
    return 100 * epoch.valAccuracy();
  }

  XYChart chart() {
    return chart;
  }

  /**
   * Adds a curve. Values that aren't finite leave a gap; if no other is left, none is added.
   *
   * @param name different from those of the panel's other curves
   * @param dots whether every epoch gets a dot; a curve of one point always does
   */
  void add(
      String name,
      List<Epoch> epochs,
      ToDoubleFunction<Epoch> value,
      Color colour,
      BasicStroke stroke,
      boolean dots) {
    for (Epoch epoch : epochs) {
      firstEpoch = Math.min(firstEpoch, epoch.epoch());
      lastEpoch = Math.max(lastEpoch, epoch.epoch());
    }
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
        .setLineStyle(stroke);
  }

  /** Draws the panel with its left edge at x, below the title. */
  void paint(Graphics2D g, int x) {
    setRanges();
    Graphics2D part = (Graphics2D) g.create();
    try {
      part.translate(x, TITLE_HEIGHT);
      chart.paint(part, WIDTH, HEIGHT);
    } finally {
      part.dispose();
    }
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
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(new BasicStroke(1f))
        .setLocale(Locale.ROOT)
        // XChart widens the step between ticks until no two labels are equal: whole epochs.
        .setXAxisDecimalPattern("0")
        .setyAxisTickLabelsFormattingFunction(CurvesPanel::tick);
  }

  /** Leaves room around the curves, unevenly so that XChart picks round ticks, not data points. */
  private void setRanges() {
    double[] values =
        chart.getSeriesMap().values().stream()
            .flatMapToDouble(series -> Arrays.stream(series.getYData()))
            .filter(Double::isFinite)
            .toArray();
    double low = Arrays.stream(values).min().orElse(0);
    double high = Math.min(Arrays.stream(values).max().orElse(1), Math.max(most, low));
    // Else a curve that hardly moves would be blown up to its noise.
    double least = high == 0 ? 1 : 0.01 * Math.abs(high);
    double missing = Math.max(0, least - (high - low));
    double span = high - low + missing;
    double bottom = low - 0.4 * missing - 0.05 * span;
    double top = high + 0.6 * missing + 0.08 * span;
    chart
        .getStyler()
        .setXAxisMin(firstEpoch - 0.5)
        .setXAxisMax(lastEpoch + 0.5)
        .setYAxisMin(low < 0 ? bottom : Math.max(-0.02 * span, bottom))
        .setYAxisMax(Math.min(most + 0.02 * span, top));
  }

  private static String tick(double value) {
    double size = Math.abs(value);
    boolean plain = size == 0 || (size >= 1e-4 && size < 1e6);
    return new DecimalFormat(
            plain ? "0.######" : "0.###E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(value);
  }
}
