/**
 * Labelled images held as bytes: where data sets come from (a folder, a cache, a download, or drawn
 * by the program), how they are split and augmented, and how batches of them become arrays; and how
 * image files become bytes. Nothing here knows a model, a recipe or an engine; arrays are made only
 * through the {@code NDManager} handed in.
 */
@NullMarked
package io.github.flora.data;

import org.jspecify.annotations.NullMarked;
