package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.flora.models.NetworkOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HyperparametersTest {

  @ParameterizedTest
  @CsvSource({
    // epochs, batch size, optimizer, rate, split, dropout
    "1,1,adam,1e-30,0,",
    "1000,100000,adam,3e38,0.99,0",
    "5,128,adam,1e-3,0.2,0.99",
  })
  void takesWhatIsInRange(
      int epochs,
      int batchSize,
      String optimizer,
      double rate,
      double split,
      @Nullable Double dropout) {
    Hyperparameters h =
        SmallData.hyperparameters(epochs, batchSize, optimizer, rate, split, dropout, false);
    assertEquals(epochs, h.epochs());
  }

  @ParameterizedTest
  @CsvSource({
    "0,128,adam,1e-3,0.2,,--epochs is 0 but has to be at least 1",
    "-3,128,adam,1e-3,0.2,,--epochs is -3 but has to be at least 1",
    "5,0,adam,1e-3,0.2,,--batch-size is 0 but has to be at least 1",
    "5,-1,adam,1e-3,0.2,,--batch-size is -1 but has to be at least 1",
    "5,128,lion,1e-3,0.2,,'--optimizer is lion but has to be one of adam, adamw, sgd, nesterov'",
    "5,128,adam,0,0.2,,--learning-rate is 0.0 but has to be above 0",
    "5,128,adam,-1,0.2,,--learning-rate is -1.0 but has to be above 0",
    "5,128,adam,NaN,0.2,,--learning-rate is NaN but has to be above 0",
    "5,128,adam,Infinity,0.2,,--learning-rate is Infinity but has to be above 0",
    "5,128,adam,1e39,0.2,,--learning-rate is 1.0E39 but has to be above 0",
    "5,128,adam,1e-3,-0.1,,--validation-split is -0.1 but has to be at least 0 and below 1",
    "5,128,adam,1e-3,1,,--validation-split is 1.0 but has to be at least 0 and below 1",
    "5,128,adam,1e-3,NaN,,--validation-split is NaN but has to be at least 0 and below 1",
    "5,128,adam,1e-3,0.2,1,--dropout is 1.0 but has to be at least 0 and below 1",
    "5,128,adam,1e-3,0.2,-0.5,--dropout is -0.5 but has to be at least 0 and below 1",
    "5,128,adam,1e-3,0.2,NaN,--dropout is NaN but has to be at least 0 and below 1",
  })
  void namesTheOptionThatIsOutOfRange(
      int epochs,
      int batchSize,
      String optimizer,
      double rate,
      double split,
      @Nullable Double dropout,
      String message) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                SmallData.hyperparameters(
                    epochs, batchSize, optimizer, rate, split, dropout, false));
    assertEquals(message, e.getMessage());
  }

  /** A hidden layer brings the dropout of the tutorials' heads with it. */
  @ParameterizedTest
  @CsvSource({"0, , ", "0, 0.2, 0.2", "256, , 0.5", "256, 0.2, 0.2", "256, 0, 0"})
  void theHeadIsTheNetworksToMake(int hidden, @Nullable Double dropout, @Nullable Float expected) {
    Hyperparameters how =
        Hyperparameters.builder()
            .optDropout(dropout)
            .optFineTuning(FineTuning.NONE.withHeadHidden(hidden))
            .build();
    assertEquals(new NetworkOptions(7, expected, false, hidden), how.options(7));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1e-7, Double.NaN, Double.POSITIVE_INFINITY})
  void mixupIsZeroOrAbove(double alpha) {
    Hyperparameters.Builder builder = Hyperparameters.builder().optMixup(alpha);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        "--mixup is %s but has to be 0 or at least 1.0E-6".formatted(alpha), e.getMessage());
  }
}
