package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.flora.trainer.Hyperparameters;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What is given on the command line is what the training is told, one option at a time. */
final class OptionsReachTrainingTest {

  /** The options of {@code train} without their command. */
  @Command
  static final class Options {
    @Mixin HyperparameterOptions how = new HyperparameterOptions();
    @Mixin FineTuningOptions tuning = new FineTuningOptions();
  }

  private static Map<String, String> values(String... arguments) {
    Options options = new Options();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options.tuning.over(options.how.over(Hyperparameters.builder().build())).describe();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs 7 | epochs | 7",
        "--batch-size 9 | batch size | 9",
        "--optimizer SGD | optimizer | sgd",
        "--learning-rate 0.5 | learning rate | 0.5",
        "--schedule cosine | schedule | cosine",
        "--warmup-epochs 2 | warmup epochs | 2",
        "--patience 5 | patience | 5",
        "--weight-decay 0.05 | weight decay | 0.05",
        "--no-decay-norms | decay norms | false",
        "--clip-norm 2 | clip norm | 2.0",
        "--label-smoothing 0.1 | label smoothing | 0.1",
        "--class-weights balanced | balance classes | true",
        "--class-sampling balanced | balance sampling | true",
        "--augment | augment | standard",
        "--augment flip | augment | flip",
        "--mixup 0.2 | mixup | 0.2",
        "--image-size 160 | image size | 160",
        "--crop-share 0.9 | crop share | 0.9",
        "--early-stopping 4 | early stopping | 4",
        "--monitor val_loss | monitor | val_loss",
        "--validation-split 0.1 | validation split | 0.1",
        "--validate-every 5 | validate every | 5",
        "--dropout 0.3 | dropout | 0.3",
        "--batch-norm | batch norm | true",
        "--precision bf16 | precision | bf16",
        "--pretrained x.pth | pretrained | x.pth",
        "--pretrained x.pth --freeze backbone:2 | freeze | backbone:2",
        "--pretrained x.pth --freeze-norms | freeze norms | true",
        "--backbone-learning-rate 1e-4 | backbone learning rate | 1.0E-4",
        "--head-hidden 256 | head hidden | 256",
      })
  void anOptionIsTheHyperparameter(String arguments, String name, String value) {
    assertNotEquals(value, values().get(name), "nothing to see");
    assertEquals(value, values(arguments.split(" ", -1)).get(name));
  }
}
