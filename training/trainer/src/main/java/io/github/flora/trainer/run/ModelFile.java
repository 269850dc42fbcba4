package io.github.flora.trainer.run;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a model file says about itself.
 *
 * @param path the file
 * @param recipe what was trained, or the file's name if it doesn't say
 * @param engine the engine that trained it, or null
 * @param data name of the data set that it learnt from, or null
 * @param info all that inference has to know
 */
public record ModelFile(
    Path path, String recipe, @Nullable String engine, @Nullable String data, ModelInfo info) {}
