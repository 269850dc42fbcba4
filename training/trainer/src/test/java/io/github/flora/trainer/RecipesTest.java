package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipesTest {

  @Test
  void namesAreStable() {
    assertEquals(
        List.of(
            "mnist-mlp",
            "mnist-cnn",
            "mnist-lenet5",
            "fashion-mnist-mlp",
            "fashion-mnist-cnn",
            "fashion-mnist-lenet5",
            "flowers102-resnet18",
            "photos-resnet18",
            "cifar10-resnet18"),
        Recipes.names());
  }

  /** The tutorials' values. */
  @ParameterizedTest
  @CsvSource({
    "mnist-mlp,mnist,mlp,5",
    "mnist-cnn,mnist,cnn,10",
    "mnist-lenet5,mnist,lenet5,10",
    "fashion-mnist-mlp,fashion-mnist,mlp,5",
    "fashion-mnist-cnn,fashion-mnist,cnn,10",
    "fashion-mnist-lenet5,fashion-mnist,lenet5,10",
  })
  void defaultsAreThoseOfTheTutorials(String name, String dataset, String network, int epochs) {
    assertEquals(
        new Recipe(
            name,
            dataset,
            network,
            network.equals("lenet5"),
            SmallData.hyperparameters(epochs, 128, "adam", 1e-3, 0.2, null, false)),
        Recipes.get(name));
  }

  /** As the README says: from ImageNet's weights, the backbone at a tenth of the head's rate. */
  @ParameterizedTest
  @CsvSource({"flowers102-resnet18, flowers102", "photos-resnet18, photos"})
  void photographsAreFineTuned(String name, String dataset) {
    Hyperparameters how =
        Hyperparameters.builder()
            .optEpochs(30)
            .optBatchSize(32)
            .optOptimizer("adamw")
            .optLearningRate(0.003)
            .optSchedule("cosine")
            .optWarmupEpochs(2)
            .optWeightDecay(0.05)
            .optDecayNorms(false)
            .optLabelSmoothing(0.1)
            .optAugment("standard")
            .optFineTuning(new FineTuning("imagenet", "none", false, 0.0003, 0))
            .build();
    assertEquals(new Recipe(name, dataset, "resnet18", false, how), Recipes.get(name));
  }

  @Test
  void anotherNetworkLeavesTheRest() {
    Recipe recipe = Recipes.get("mnist-mlp").withNetwork("cnn");
    assertEquals(new Recipe("mnist-mlp", "mnist", "cnn", false, recipe.defaults()), recipe);
    assertEquals(5, recipe.defaults().epochs());
  }

  @Test
  void anUnknownNameListsAll() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Recipes.get("mnist-resnet"));
    assertEquals(
        "no recipe named 'mnist-resnet'; there are: mnist-mlp, mnist-cnn, mnist-lenet5,"
            + " fashion-mnist-mlp, fashion-mnist-cnn, fashion-mnist-lenet5,"
            + " flowers102-resnet18, photos-resnet18, cifar10-resnet18",
        e.getMessage());
  }
}
