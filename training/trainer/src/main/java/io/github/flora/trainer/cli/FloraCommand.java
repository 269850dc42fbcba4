package io.github.flora.trainer.cli;

import java.util.concurrent.Callable;

/**
 * A command of the command line: a class annotated with picocli's {@code Command}, found with
 * {@link java.util.ServiceLoader}. {@code call} returns the exit status; what it throws becomes one
 * line on standard error, and status 2 for {@link UsageException}, 1 otherwise.
 */
public interface FloraCommand extends Callable<Integer> {}
