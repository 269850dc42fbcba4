package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.recurrent.RNN;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import io.github.flora.tensorflow.op.Activations;
import io.github.flora.tensorflow.op.Arithmetic;
import io.github.flora.tensorflow.op.Convolutions;
import io.github.flora.tensorflow.op.Dense;
import io.github.flora.tensorflow.op.Images;
import io.github.flora.tensorflow.op.Joining;
import io.github.flora.tensorflow.op.Normalization;
import io.github.flora.tensorflow.op.Pooling;
import io.github.flora.tensorflow.op.Updates;
import io.github.flora.tensorflow.op.Updates.Preparation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What networks, optimizers and image transforms ask of an array. */
final class TensorFlowArrayEx implements NDArrayEx {

  private final TensorFlowArray array;

  TensorFlowArrayEx(TensorFlowArray array) {
    this.array = array;
  }

  private static Tensor[] one(Tensor tensor) {
    return new Tensor[] {tensor};
  }

  private @Nullable Tensor optional(@Nullable NDArray other) {
    return other == null ? null : array.value(other);
  }

  /** A step of an optimizer on the variables of a weight and of what it keeps for the weight. */
  private interface Step {
    void run(Emitter e, Tensor[] handles, Tensor gradient);
  }

  /**
   * Carries out a step of an optimizer and forgets the gradient, as DJL's PyTorch engine does.
   *
   * @param inputs the weight, its gradient, then what the optimizer keeps
   */
  private void update(NDList inputs, NDList weights, Preparation preparation, Step step) {
    if (Trace.current() != null) {
      // Rates and corrections would stay what they were at the first step.
      throw new NotCompilableException("an optimizer of DJL's updates a weight");
    }
    EagerEmitter e = array.eager();
    e.framed(
        () -> {
          Tensor gradient = array.value(inputs.get(1));
          // Filters come to lie in memory as their gradients do, and as convolutions want them.
          Variable[] variables = new Variable[inputs.size() - 1];
          Tensor[] handles = new Tensor[variables.length];
          for (int i = 0; i < variables.length; i++) {
            ArrayBase kept = (ArrayBase) inputs.get(i == 0 ? 0 : i + 1);
            Layout layout = i == 0 ? gradient.layout() : variables[0].layout();
            variables[i] = kept.variable(layout);
            handles[i] = variables[i].handle();
          }
          Layout layout = variables[0].layout();
          Tensor same = e.as(layout, gradient);
          Tensor weight = preparation.decay() == 0 ? same : e.as(layout, variables[0].read());
          step.run(e, handles, preparation.prepare(e, weight, same));
          return this;
        });
    ((ArrayBase) weights.singletonOrThrow()).zeroGradient();
  }

  @Override
  public NDArray getArray() {
    return array;
  }

  @Override
  public NDArrayIndexer getIndexer(NDManager manager) {
    return new TensorFlowIndexer((TensorFlowManager) manager);
  }

  @Override
  public NDArray rdivi(NDArray b) {
    return array.into((e, x, y) -> Arithmetic.div(e, y, x), b);
  }

  @Override
  public NDArray rmodi(NDArray b) {
    return array.into((e, x, y) -> Arithmetic.mod(e, y, x), b);
  }

  @Override
  public NDArray rpowi(Number n) {
    return array.into((e, x, y) -> Arithmetic.pow(e, y, x), n);
  }

  @Override
  public NDArray relu() {
    return array.with(Activations::relu);
  }

  @Override
  public NDArray sigmoid() {
    return array.with(Activations::sigmoid);
  }

  @Override
  public NDArray tanh() {
    return array.with(Activations::tanh);
  }

  @Override
  public NDArray softPlus() {
    return array.with(Activations::softPlus);
  }

  @Override
  public NDArray softSign() {
    return array.with(Activations::softSign);
  }

  @Override
  public NDArray leakyRelu(float alpha) {
    return array.apply(e -> Activations.leakyRelu(e, array.value(), alpha));
  }

  @Override
  public NDArray elu(float alpha) {
    return array.apply(e -> Activations.elu(e, array.value(), alpha));
  }

  @Override
  public NDArray selu() {
    return array.with(Activations::selu);
  }

  @Override
  public NDArray gelu() {
    return array.with(Activations::gelu);
  }

  @Override
  public NDArray swish(float beta) {
    return array.apply(e -> Activations.swish(e, array.value(), beta));
  }

  @Override
  public NDArray mish() {
    return array.with(Activations::mish);
  }

  @Override
  public NDArray maxPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    return array.apply(e -> Pooling.max(e, array.value(), kernelShape, stride, padding, ceilMode));
  }

  @Override
  public NDArray globalMaxPool() {
    return array.apply(e -> Pooling.globalMax(e, array.value()));
  }

  @Override
  public NDArray avgPool(
      Shape kernelShape, Shape stride, Shape padding, boolean ceilMode, boolean countIncludePad) {
    return array.apply(
        e ->
            Pooling.average(
                e, array.value(), kernelShape, stride, padding, ceilMode, countIncludePad));
  }

  @Override
  public NDArray globalAvgPool() {
    return array.apply(e -> Pooling.globalAverage(e, array.value()));
  }

  @Override
  public NDArray lpPool(
      float normType, Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    Shape around = padding.dimension() == 0 ? new Shape(new long[stride.dimension()]) : padding;
    return array.apply(
        e -> Pooling.norm(e, array.value(), normType, kernelShape, stride, around, ceilMode));
  }

  @Override
  public NDArray globalLpPool(float normType) {
    return array.apply(e -> Pooling.globalNorm(e, array.value(), normType));
  }

  @Override
  public void adadeltaUpdate(
      NDList inputs,
      NDList weights,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float rho,
      float epsilon) {
    update(
        inputs,
        weights,
        new Preparation(rescaleGrad, clipGrad, weightDecay),
        (e, handles, gradient) ->
            Updates.adadelta(e, handles[0], handles[1], handles[2], gradient, rho, epsilon));
  }

  @Override
  public void adagradUpdate(
      NDList inputs,
      NDList weights,
      float learningRate,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float epsilon) {
    update(
        inputs,
        weights,
        new Preparation(rescaleGrad, clipGrad, weightDecay),
        (e, handles, gradient) ->
            Updates.adagrad(
                e,
                handles[0],
                handles[1],
                gradient,
                e.scalar(learningRate, gradient.type()),
                epsilon));
  }

  @Override
  public void adamUpdate(
      NDList inputs,
      NDList weights,
      float learningRate,
      float learningRateBiasCorrection,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float beta1,
      float beta2,
      float epsilon,
      boolean lazyUpdate,
      boolean adamw) {
    Preparation preparation = new Preparation(rescaleGrad, clipGrad, adamw ? 0 : weightDecay);
    update(
        inputs,
        weights,
        preparation,
        (e, handles, gradient) -> {
          if (adamw && weightDecay != 0) {
            // Decoupled from the gradient (Loshchilov and Hutter, 2019).
            Updates.subtract(
                e,
                handles[0],
                ((ArrayBase) inputs.get(0)).value(),
                e.scalar(learningRate * weightDecay, gradient.type()));
          }
          Tensor rate = e.scalar(learningRateBiasCorrection, gradient.type());
          Updates.adam(
              e, handles[0], handles[1], handles[2], gradient, rate, beta1, beta2, epsilon);
        });
  }

  @Override
  public void nagUpdate(
      NDList inputs,
      NDList weights,
      float learningRate,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float momentum) {
    update(
        inputs,
        weights,
        new Preparation(rescaleGrad, clipGrad, weightDecay),
        (e, handles, gradient) -> {
          Tensor rate = e.scalar(learningRate, gradient.type());
          if (momentum == 0) {
            Updates.subtract(e, handles[0], gradient, rate);
          } else {
            Updates.nesterov(e, handles[0], handles[1], gradient, rate, momentum);
          }
        });
  }

  @Override
  public void rmspropUpdate(
      NDList inputs,
      NDList weights,
      float learningRate,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float rho,
      float momentum,
      float epsilon,
      boolean centered) {
    update(
        inputs,
        weights,
        new Preparation(rescaleGrad, clipGrad, weightDecay),
        (e, handles, gradient) -> {
          Tensor rate = e.scalar(learningRate, gradient.type());
          if (centered) {
            Updates.centredRmsProp(
                e,
                handles[0],
                handles[1],
                handles[2],
                handles[3],
                gradient,
                rate,
                rho,
                momentum,
                epsilon);
          } else {
            Variable scratch = new Variable(array.eager(), gradient);
            Updates.rmsProp(
                e, handles[0], handles[1], scratch.handle(), gradient, rate, rho, epsilon);
            scratch.release();
          }
        });
  }

  @Override
  public void sgdUpdate(
      NDList inputs,
      NDList weights,
      float learningRate,
      float weightDecay,
      float rescaleGrad,
      float clipGrad,
      float momentum,
      boolean lazyUpdate) {
    Preparation preparation = new Preparation(rescaleGrad, clipGrad, weightDecay);
    update(
        inputs,
        weights,
        preparation,
        (e, handles, gradient) -> {
          Tensor rate = e.scalar(learningRate, gradient.type());
          if (momentum == 0) {
            Updates.subtract(e, handles[0], gradient, rate);
          } else {
            Updates.momentum(e, handles[0], handles[1], gradient, rate, momentum);
          }
        });
  }

  @Override
  public NDList convolution(
      NDArray input,
      NDArray weight,
      NDArray bias,
      Shape stride,
      Shape padding,
      Shape dilation,
      int groups) {
    return array.applyAll(
        e ->
            one(
                Convolutions.convolution(
                    e,
                    array.value(input),
                    array.value(weight),
                    optional(bias),
                    stride,
                    padding,
                    dilation,
                    groups)));
  }

  @Override
  public NDList deconvolution(
      NDArray input,
      NDArray weight,
      NDArray bias,
      Shape stride,
      Shape padding,
      Shape outPadding,
      Shape dilation,
      int groups) {
    throw ArrayBase.unsupported("deconvolution");
  }

  @Override
  public NDList linear(NDArray input, NDArray weight, NDArray bias) {
    return array.applyAll(
        e -> one(Dense.linear(e, array.value(input), array.value(weight), optional(bias))));
  }

  @Override
  public NDList embedding(NDArray input, NDArray weight, SparseFormat sparse) {
    return array.applyAll(e -> one(Dense.embedding(e, array.value(input), array.value(weight))));
  }

  @Override
  public NDList prelu(NDArray input, NDArray alpha) {
    return array.applyAll(e -> one(Dense.prelu(e, array.value(input), array.value(alpha))));
  }

  @Override
  public NDList dropout(NDArray input, float rate, boolean training) {
    return array.applyAll(e -> one(Dense.dropout(e, array.value(input), rate, training)));
  }

  @Override
  public NDList layerNorm(
      NDArray input, Shape normalizedShape, NDArray gamma, NDArray beta, float eps) {
    return array.applyAll(
        e ->
            one(
                Normalization.layer(
                    e,
                    array.value(input),
                    normalizedShape,
                    array.value(gamma),
                    array.value(beta),
                    eps)));
  }

  @Override
  public NDList batchNorm(
      NDArray input,
      NDArray runningMean,
      NDArray runningVar,
      NDArray gamma,
      NDArray beta,
      int axis,
      float momentum,
      float eps,
      boolean training) {
    return array.applyAll(
        e -> {
          Normalization.Batch batch =
              Normalization.batch(
                  e,
                  array.value(input),
                  array.value(runningMean),
                  array.value(runningVar),
                  array.value(gamma),
                  array.value(beta),
                  axis,
                  momentum,
                  eps,
                  training);
          if (training) {
            ((ArrayBase) runningMean).assign(same -> batch.mean());
            ((ArrayBase) runningVar).assign(same -> batch.variance());
          }
          return one(batch.output());
        });
  }

  @Override
  public NDList rnn(
      NDArray input,
      NDArray state,
      NDList params,
      boolean hasBiases,
      int numLayers,
      RNN.Activation activation,
      double dropRate,
      boolean training,
      boolean bidirectional,
      boolean batchFirst) {
    throw ArrayBase.unsupported("rnn");
  }

  @Override
  public NDList gru(
      NDArray input,
      NDArray state,
      NDList params,
      boolean hasBiases,
      int numLayers,
      double dropRate,
      boolean training,
      boolean bidirectional,
      boolean batchFirst) {
    throw ArrayBase.unsupported("gru");
  }

  @Override
  public NDList lstm(
      NDArray input,
      NDList states,
      NDList params,
      boolean hasBiases,
      int numLayers,
      double dropRate,
      boolean training,
      boolean bidirectional,
      boolean batchFirst) {
    throw ArrayBase.unsupported("lstm");
  }

  @Override
  public NDArray interpolation(long[] size, int mode, boolean alignCorners) {
    return array.apply(
        e -> Images.interpolation(e, array.value(), size[0], size[1], mode, alignCorners));
  }

  @Override
  public NDArray resize(int width, int height, int interpolation) {
    return array.apply(e -> Images.resize(e, array.value(), height, width, interpolation));
  }

  @Override
  public NDArray toTensor() {
    return array.apply(e -> Images.toTensor(e, array.value()));
  }

  @Override
  public NDArray randomFlipLeftRight() {
    return array.apply(e -> Images.randomFlip(e, array.value(), true));
  }

  @Override
  public NDArray randomFlipTopBottom() {
    return array.apply(e -> Images.randomFlip(e, array.value(), false));
  }

  @Override
  public NDArray randomBrightness(float brightness) {
    throw ArrayBase.unsupported("randomBrightness");
  }

  @Override
  public NDArray randomHue(float hue) {
    throw ArrayBase.unsupported("randomHue");
  }

  @Override
  public NDArray randomColorJitter(float brightness, float contrast, float saturation, float hue) {
    throw ArrayBase.unsupported("randomColorJitter");
  }

  @Override
  public NDArray where(NDArray condition, NDArray other) {
    return array.apply(
        e -> Joining.where(e, array.value(condition), array.value(), array.value(other)));
  }

  @Override
  public NDArray stack(NDList arrays, int axis) {
    return array.apply(e -> Joining.stack(e, axis, array.valuesWith(arrays)));
  }

  @Override
  public NDArray concat(NDList arrays, int axis) {
    return array.apply(e -> Joining.concat(e, axis, array.valuesWith(arrays)));
  }

  @Override
  public NDList multiBoxTarget(
      NDList inputs,
      float iouThreshold,
      float ignoreLabel,
      float negativeMiningRatio,
      float negativeMiningThreshold,
      int minNegativeSamples) {
    throw ArrayBase.unsupported("multiBoxTarget");
  }

  @Override
  public NDList multiBoxPrior(
      List<Float> sizes, List<Float> ratios, List<Float> steps, List<Float> offsets, boolean clip) {
    throw ArrayBase.unsupported("multiBoxPrior");
  }

  @Override
  public NDList multiBoxDetection(
      NDList inputs,
      boolean clip,
      float threshold,
      int backgroundId,
      float nmsThreshold,
      boolean forceSuppress,
      int nmsTopK) {
    throw ArrayBase.unsupported("multiBoxDetection");
  }
}
