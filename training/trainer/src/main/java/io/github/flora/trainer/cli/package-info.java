/**
 * The command line: options in, progress and results out, one clear line for what went wrong.
 * Modules above this one add commands by listing a {@link io.github.flora.trainer.cli.FloraCommand}
 * as a service.
 */
@NullMarked
package io.github.flora.trainer.cli;

import org.jspecify.annotations.NullMarked;
