package io.github.flora.trainer;

import ai.djl.nn.Block;
import io.github.flora.data.BatchSource;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;

/**
 * A part of a training with one thing to train: the whole network on images, or its head on what a
 * frozen backbone makes of them.
 *
 * @param block what is trained, and asked for the validation
 * @param step what to do with a batch
 * @param training the examples to learn from
 * @param validation measures the block after each epoch; may have no examples
 * @param precision how exactly the validation computes; the step has its own
 * @param lastEpoch the epoch after which the stage is over
 * @param shortEpochs whether an epoch takes so little time that it is always finished
 * @param preparation seconds that it took to prepare the examples; they count as the first epoch's
 */
record Stage(
    Block block,
    TrainingStep step,
    BatchSource training,
    Evaluator validation,
    Precision precision,
    int lastEpoch,
    boolean shortEpochs,
    double preparation) {}
