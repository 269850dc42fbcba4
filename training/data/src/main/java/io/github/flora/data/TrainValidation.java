package io.github.flora.data;

/**
 * The two parts of a split; they share no image.
 *
 * @param train what to learn from
 * @param validation what to watch during training; may be empty
 */
public record TrainValidation(ImageSet train, ImageSet validation) {}
