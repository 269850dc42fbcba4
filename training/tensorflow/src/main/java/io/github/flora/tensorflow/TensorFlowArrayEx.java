package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.recurrent.RNN;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Activations;
import io.github.flora.tensorflow.op.Arithmetic;
import io.github.flora.tensorflow.op.Convolutions;
import io.github.flora.tensorflow.op.Dense;
import io.github.flora.tensorflow.op.Images;
import io.github.flora.tensorflow.op.Joining;
import io.github.flora.tensorflow.op.Normalization;
import io.github.flora.tensorflow.op.Pooling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What networks and image transforms ask of an array. */
final class TensorFlowArrayEx extends OptimizerArrayEx {

  TensorFlowArrayEx(TensorFlowArray array) {
    super(array);
  }

  private static Tensor[] one(Tensor tensor) {
    return new Tensor[] {tensor};
  }

  private @Nullable Tensor optional(@Nullable NDArray other) {
    return other == null ? null : array.value(other);
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
