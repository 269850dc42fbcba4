class Optimizers(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def adam(self: __torch__.Optimizers,
    weights: List[Tensor],
    gradients: List[Tensor],
    means: List[Tensor],
    variances: List[Tensor],
    steps: List[Tensor],
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float) -> NoneType:
    torch._foreach_add_(steps, 1)
    torch._fused_adam_(weights, gradients, means, variances, annotate(List[Tensor], []), steps, lr=learning_rate, beta1=beta1, beta2=beta2, weight_decay=0., eps=epsilon, amsgrad=False, maximize=False)
    return None
