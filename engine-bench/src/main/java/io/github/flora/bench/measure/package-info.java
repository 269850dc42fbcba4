/**
 * What runs in a process of its own: one engine with one model. It is told what to do by a {@link
 * io.github.flora.bench.measure.Job} and answers with a line per {@link
 * io.github.flora.bench.measure.Message}. Knows no command line and no other engine's figures.
 */
@NullMarked
package io.github.flora.bench.measure;

import org.jspecify.annotations.NullMarked;
