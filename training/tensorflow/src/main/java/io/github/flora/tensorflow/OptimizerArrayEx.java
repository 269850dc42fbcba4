package io.github.flora.tensorflow;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import io.github.flora.tensorflow.op.Updates;
import io.github.flora.tensorflow.op.Updates.Preparation;

/** What DJL's optimizers ask of an array: steps on variables in place. */
abstract class OptimizerArrayEx implements NDArrayEx {

  final TensorFlowArray array;

  OptimizerArrayEx(TensorFlowArray array) {
    this.array = array;
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
}
