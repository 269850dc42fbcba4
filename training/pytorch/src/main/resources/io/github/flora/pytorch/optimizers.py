class Optimizers(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def adam(self: __torch__.Optimizers,
    weights: List[Tensor],
    gradients: List[Tensor],
    exp_avg: List[Tensor],
    exp_avg_sq: List[Tensor],
    step: List[Tensor],
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float) -> NoneType:
    torch._foreach_add_(step, 1)
    torch._fused_adam_(weights, gradients, exp_avg, exp_avg_sq, annotate(List[Tensor], []), step, lr=learning_rate, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False)
    return None
  def adamw(self: __torch__.Optimizers,
    weights: List[Tensor],
    gradients: List[Tensor],
    exp_avg: List[Tensor],
    exp_avg_sq: List[Tensor],
    step: List[Tensor],
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float) -> NoneType:
    torch._foreach_add_(step, 1)
    torch._fused_adamw_(weights, gradients, exp_avg, exp_avg_sq, annotate(List[Tensor], []), step, lr=learning_rate, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False)
    return None
  def momentum(self: __torch__.Optimizers,
    weights: List[Tensor],
    gradients: List[Tensor],
    momentum_buffer: List[Tensor],
    learning_rate: float,
    momentum: float,
    nesterov: bool,
    weight_decay: float) -> NoneType:
    torch._fused_sgd_(weights, gradients, momentum_buffer, weight_decay=weight_decay, momentum=momentum, lr=learning_rate, dampening=0., nesterov=nesterov, maximize=False, is_first_step=False)
    return None
  def descent(self: __torch__.Optimizers,
    weights: List[Tensor],
    gradients: List[Tensor],
    learning_rate: float,
    weight_decay: float) -> NoneType:
    torch._fused_sgd_(weights, gradients, annotate(List[Tensor], []), weight_decay=weight_decay, momentum=0., lr=learning_rate, dampening=0., nesterov=False, maximize=False, is_first_step=False)
    return None
  def clip(self: __torch__.Optimizers,
    gradients: List[Tensor],
    max_norm: float) -> NoneType:
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
    scale = torch.mul(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07)), max_norm)
    torch._foreach_mul_(gradients, torch.clamp_max(scale, 1.))
    return None
  def copy(self: __torch__.Optimizers,
    into: List[Tensor],
    source: List[Tensor]) -> NoneType:
    torch._foreach_copy_(into, source)
    return None
