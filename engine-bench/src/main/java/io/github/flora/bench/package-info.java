/**
 * The command {@code bench}: which engine, batch size and number of threads is fastest with a
 * model, and does it say the same as the others. Starts a process for each engine and model, lets
 * them take turns, and reports. Computes nothing itself.
 */
@NullMarked
package io.github.flora.bench;

import org.jspecify.annotations.NullMarked;
