/**
 * What a run leaves for people and programs to read: the history of its epochs, the scores of an
 * evaluation, and the pictures of both. Plain Java: nothing here knows DJL, an engine, a data set
 * or the command line. Every file is written beside its target and moved into place.
 */
@NullMarked
package io.github.flora.trainer.report;

import org.jspecify.annotations.NullMarked;
