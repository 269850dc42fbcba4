/**
 * Recipes, the training loop and evaluation. Engine-neutral: an engine is named, never imported.
 * Files are the business of {@code run} and {@code report}, the terminal that of {@code cli}.
 */
@NullMarked
package io.github.flora.trainer;

import org.jspecify.annotations.NullMarked;
