package io.github.flora.trainer;

import io.github.flora.models.Network;
import io.github.flora.models.Networks;
import io.github.flora.models.PretrainedWeights;
import java.util.ArrayList;
import java.util.List;

/** The recipes that come with Flora, and every {@link CustomRecipe} on the classpath. */
public final class Recipes {

  private static final List<Recipe> SUPPLIED = supplied();

  private Recipes() {}

  /**
   * The values of the Keras and PyTorch tutorials: batch 128, a fifth for validation, Adam 1e-3.
   */
  private static List<Recipe> supplied() {
    List<Recipe> recipes = new ArrayList<>();
    for (String dataset : List.of("mnist", "fashion-mnist")) {
      recipes.add(
          new Recipe(
              dataset + "-mlp",
              dataset,
              "mlp",
              false,
              Hyperparameters.builder().optEpochs(5).build()));
      recipes.add(
          new Recipe(dataset + "-cnn", dataset, "cnn", false, Hyperparameters.builder().build()));
      recipes.add(
          new Recipe(
              dataset + "-lenet5", dataset, "lenet5", true, Hyperparameters.builder().build()));
    }
    for (String dataset : List.of("flowers102", "photos")) {
      recipes.add(new Recipe(dataset + "-resnet18", dataset, "resnet18", false, photographs()));
    }
    recipes.add(new Recipe("cifar10-resnet18", "cifar10", "resnet18", false, smallPictures()));
    return List.copyOf(recipes);
  }

  /** What people train ResNets on CIFAR-10 with, for a fraction of the usual 200 epochs. */
  private static Hyperparameters smallPictures() {
    return Hyperparameters.builder()
        .optEpochs(30)
        .optBatchSize(128)
        .optOptimizer("sgd")
        .optLearningRate(0.1)
        .optSchedule("cosine")
        .optWarmupEpochs(2)
        .optWeightDecay(5e-4)
        .optAugment("standard")
        .optValidationSplit(0.1)
        .build();
  }

  /** What people fine-tune a ResNet on some hundred photographs with. */
  private static Hyperparameters photographs() {
    return Hyperparameters.builder()
        .optEpochs(30)
        .optBatchSize(32)
        .optOptimizer("adamw")
        .optLearningRate(3e-3)
        .optSchedule("cosine")
        .optWarmupEpochs(2)
        .optWeightDecay(0.05)
        .optDecayNorms(false)
        .optLabelSmoothing(0.1)
        .optAugment("standard")
        .optFineTuning(
            FineTuning.NONE
                .withPretrained(PretrainedWeights.IMAGENET)
                .withBackboneLearningRate(3e-4))
        .build();
  }

  /** The recipes that come with Flora, then others. */
  private static List<Recipe> all() {
    List<Recipe> recipes = new ArrayList<>(SUPPLIED);
    for (Network network : Networks.all()) {
      if (network instanceof CustomRecipe custom) {
        Recipe recipe = custom.recipe();
        if (recipes.stream().anyMatch(r -> r.name().equals(recipe.name()))) {
          throw new IllegalArgumentException(
              "two recipes are named '%s', one of them %s: give that another name"
                  .formatted(recipe.name(), custom.getClass().getName()));
        }
        recipes.add(recipe);
      }
    }
    return recipes;
  }

  /**
   * Returns the names of all recipes.
   *
   * @return the names, in the order in which they are shown
   */
  public static List<String> names() {
    return all().stream().map(Recipe::name).toList();
  }

  /**
   * Returns a recipe.
   *
   * @param name its name
   * @return the recipe
   * @throws IllegalArgumentException if there is none of that name; the message lists all
   */
  public static Recipe get(String name) {
    for (Recipe recipe : all()) {
      if (recipe.name().equals(name)) {
        return recipe;
      }
    }
    throw new IllegalArgumentException(
        "no recipe named '%s'; there are: %s".formatted(name, String.join(", ", names())));
  }
}
