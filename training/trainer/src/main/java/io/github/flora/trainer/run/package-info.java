/**
 * The run folder: what lies where, in which format, and how a trained model comes out of it again.
 * Formats are written for people and other programs to read; they are described in the README.
 */
@NullMarked
package io.github.flora.trainer.run;

import org.jspecify.annotations.NullMarked;
