/**
 * What a run leaves for people and programs to read: the history of its epochs and what it tells,
 * the scores of an evaluation, the pictures of both, and comparisons of runs. Plain Java: nothing
 * here knows DJL, an engine, a data set or the command line. Every file is written beside its
 * target and moved into place, except TensorBoard's, which grows.
 */
@NullMarked
package io.github.flora.trainer.report;

import org.jspecify.annotations.NullMarked;
