/**
 * How the learning rate changes during training, and when training ends early. Numbers in, numbers
 * out: nothing here knows an engine, a model or a file. What a schedule remembers can be saved and
 * restored as a map of numbers.
 */
@NullMarked
package io.github.flora.trainer.schedule;

import org.jspecify.annotations.NullMarked;
