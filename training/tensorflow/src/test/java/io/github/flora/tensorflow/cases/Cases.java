package io.github.flora.tensorflow.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All cases. */
public final class Cases {

  private Cases() {}

  /** The cases of all families, and those with images once more after a convolution. */
  public static List<Case> all() {
    List<Case> plain =
        Stream.of(
                CreationCases.all(),
                TypeCases.all(),
                UnaryCases.all(),
                BinaryCases.all(),
                ScalarCases.all(),
                ReductionCases.all(),
                FunctionCases.all(),
                ShapeCases.all(),
                JoinCases.all(),
                IndexCases.all(),
                SetCases.all(),
                OrderCases.all(),
                ProductCases.all(),
                ActivationCases.all(),
                ConvolutionCases.all(),
                PoolingCases.all(),
                NormalizationCases.all(),
                ImageCases.all(),
                UpdateCases.all(),
                LossCases.all())
            .flatMap(List::stream)
            .toList();
    List<Case> all = new ArrayList<>();
    for (Case c : plain) {
      all.add(c);
      if (c.hasImages()) {
        all.add(c.afterConvolution());
      }
    }
    return all;
  }
}
