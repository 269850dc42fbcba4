package io.github.flora.data;

import java.util.ArrayList;
import java.util.List;

/**
 * How people write the ten digits: some ways each, as strokes of a pen.
 *
 * <p>Points are x, y in a box from (0, 0) at the upper left to (1, 1). {@code ~} starts a smooth
 * stroke through the points that follow, closed if it ends where it began; {@code -} one of
 * straight lines; {@code |} lifts the pen.
 */
final class DigitStrokes {

  /** By digit, then by way of writing. */
  private static final String[][] GLYPHS = {
    {
      "~ .5 .02 .27 .18 .18 .5 .27 .82 .5 .98 .74 .8 .82 .5 .74 .2 .5 .02",
      "~ .64 .1 .38 .08 .2 .4 .24 .8 .48 .97 .75 .78 .8 .4 .66 .1 .5 .03 .42 .1",
      "~ .52 .0 .34 .25 .28 .6 .42 .95 .62 .9 .72 .5 .66 .12 .52 .0",
    },
    {
      "- .5 0 .5 1",
      "- .34 .24 .54 0 .52 1",
      "- .34 .2 .52 0 .52 1 | - .3 1 .74 .98",
      "~ .36 .2 .5 .1 .56 0 | - .56 0 .48 1",
    },
    {
      "~ .22 .25 .35 .05 .6 .02 .76 .22 .68 .48 .42 .75 .2 .96 | - .2 .96 .82 .94",
      "~ .22 .22 .4 .03 .68 .08 .74 .32 .55 .64 .3 .92 .16 .9 .24 .76 .44 .85 .64 .96 .86 .88",
      "~ .22 .12 .45 .02 .72 .1 .7 .35 .45 .68 .22 .95 | ~ .22 .95 .42 .88 .6 .96 .84 .92",
    },
    {
      "~ .24 .14 .45 .01 .7 .1 .7 .34 .42 .47 | ~ .42 .47 .74 .58 .78 .8 .55 .98 .2 .88",
      "- .24 .05 .74 .04 .46 .4 | ~ .46 .4 .74 .5 .8 .76 .55 .98 .2 .88",
      "~ .25 .12 .5 .01 .72 .17 .6 .4 .42 .47 .4 .42 .5 .44 .75 .6 .74 .86 .48 .99 .2 .86",
    },
    {
      "- .28 .02 .2 .56 .82 .54 | - .68 .2 .64 1",
      "- .62 1 .64 0 .16 .66 .86 .66",
      "~ .26 .03 .2 .3 .26 .52 .5 .54 .74 .45 | - .76 .04 .68 1",
      "~ .64 .02 .4 .3 .2 .6 | - .2 .6 .84 .56 | - .66 .3 .58 1",
    },
    {
      "- .76 .03 .32 .03 .27 .42 | ~ .27 .42 .55 .36 .78 .56 .74 .84 .48 .98 .2 .88",
      "~ .78 .04 .48 .05 .32 .14 .3 .38 .56 .44 .76 .62 .68 .88 .42 .98 .2 .9",
      "- .36 .08 .3 .44 | ~ .3 .44 .6 .4 .76 .62 .66 .9 .4 .98 .22 .92 | - .36 .06 .8 .0",
    },
    {
      "~ .68 .02 .4 .2 .24 .55 .26 .84 .5 .98 .74 .86 .74 .62 .52 .52 .32 .64 .25 .78",
      "~ .5 0 .3 .35 .22 .7 .36 .96 .62 .95 .76 .74 .62 .56 .4 .6 .24 .8",
      "~ .74 .1 .6 .02 .36 .16 .22 .5 .25 .84 .48 .98 .72 .84 .68 .6 .46 .54 .26 .7",
    },
    {
      "- .2 .05 .78 .05 .42 1",
      "- .2 .06 .8 .05 .44 1 | - .32 .5 .74 .48",
      "~ .2 .22 .24 .07 .5 .09 .8 .04 | ~ .8 .04 .62 .38 .5 .68 .46 1",
      "~ .22 .1 .4 .04 .66 .03 .78 .14 .7 .4 .56 .7 .48 1",
    },
    {
      "~ .7 .14 .5 .02 .3 .16 .36 .38 .6 .55 .76 .78 .5 .98 .24 .78 .4 .56 .66 .36 .7 .14",
      "~ .5 .02 .3 .12 .32 .36 .5 .46 .68 .36 .7 .12 .5 .02"
          + "| ~ .5 .46 .26 .6 .26 .86 .5 .98 .74 .86 .74 .6 .5 .46",
      "~ .76 .08 .5 .02 .3 .18 .42 .42 .68 .6 .74 .84 .5 .98 .28 .84 .36 .6 .66 .34 .74 .06",
    },
    {
      "~ .74 .3 .6 .04 .34 .06 .22 .28 .34 .48 .58 .46 .74 .24 | - .74 .2 .7 1",
      "~ .72 .2 .5 .02 .26 .16 .28 .4 .52 .46 .7 .3 .74 .16 .76 .6 .64 .9 .42 .98 .24 .88",
      "~ .7 .08 .4 .06 .24 .26 .36 .46 .6 .4 .74 .1 | ~ .74 .1 .7 .5 .56 1",
    },
  };

  private static final List<List<Glyph>> PARSED = parseAll();

  private DigitStrokes() {}

  /** One way of writing a digit. */
  record Glyph(List<Stroke> strokes) {}

  /**
   * One movement of the pen.
   *
   * @param smooth whether it curves through the points
   * @param points x, y, x, y, …; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // constant, never compared
  record Stroke(boolean smooth, double[] points) {}

  /** Returns the ways of writing a digit. */
  static List<Glyph> of(int digit) {
    return PARSED.get(digit);
  }

  private static List<List<Glyph>> parseAll() {
    List<List<Glyph>> digits = new ArrayList<>();
    for (String[] variants : GLYPHS) {
      List<Glyph> glyphs = new ArrayList<>();
      for (String variant : variants) {
        List<Stroke> strokes = new ArrayList<>();
        for (String stroke : variant.split("\\|", -1)) {
          strokes.add(parse(stroke.strip()));
        }
        glyphs.add(new Glyph(List.copyOf(strokes)));
      }
      digits.add(List.copyOf(glyphs));
    }
    return List.copyOf(digits);
  }

  private static Stroke parse(String text) {
    String[] words = text.split(" +", -1);
    double[] points = new double[words.length - 1];
    for (int i = 0; i < points.length; i++) {
      points[i] = Double.parseDouble(words[i + 1]);
    }
    return new Stroke(words[0].equals("~"), points);
  }
}
