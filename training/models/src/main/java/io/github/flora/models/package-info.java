/**
 * Networks as plain DJL blocks, their summaries, and their weights as safetensors. Nothing here
 * knows an engine, a data set or a recipe.
 */
@NullMarked
package io.github.flora.models;

import org.jspecify.annotations.NullMarked;
