package io.github.flora.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.cli.FloraCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the READMEs show is what the program takes, and what they point to is there. */
final class ReadmeTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String ENGLISH = "README.md";
  private static final String CHINESE = "README.zh-CN.md";

  /** From the prompt, over an assignment and the launcher or Docker, to the command's name. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "^\\$ (?:\\w+=\\S+ )?(?:\\./flora|docker run .* flora)(?: -D\\S+)* (\\w+(?: .*)?)$",
          Pattern.MULTILINE);

  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
  private static final Pattern OPTION = Pattern.compile("`(--[a-z][a-z-]+)");

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> find(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(m -> m.group(1)).toList();
  }

  private static List<String> commands(String file) {
    return find(COMMAND, read(file).replaceAll("\\s*\\\\\n\\s*", " "));
  }

  static Stream<String> commands() {
    return commands(ENGLISH).stream().distinct();
  }

  /** The program's commands by name. */
  private static Map<String, CommandLine> program() {
    return ServiceLoader.load(FloraCommand.class).stream()
        .map(command -> new CommandLine(command.get()).setCaseInsensitiveEnumValuesAllowed(true))
        .collect(Collectors.toMap(CommandLine::getCommandName, command -> command));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theProgramTakesWhatIsShown(String command) {
    List<String> words = new ArrayList<>(Arrays.asList(command.split(" +", -1)));
    CommandLine line = program().get(words.remove(0));
    assertNotNull(line, command);
    line.parseArgs(words.toArray(String[]::new));
  }

  @Test
  void showsTheWholePathInItsOrder() {
    List<String> path = List.of("train", "evaluate", "export", "bench", "serve");
    for (String file : List.of(ENGLISH, CHINESE)) {
      String section = read(file).split("(?m)^## ", -1)[2];
      assertEquals(path, find(COMMAND, section).stream().map(c -> c.split(" ", 2)[0]).toList());
      assertTrue(section.contains("$ docker build -f docker/Dockerfile "), section);
    }
  }

  @Test
  void bothLanguagesShowTheSame() {
    assertEquals(commands(ENGLISH), commands(CHINESE));
    assertEquals(
        find(HEADING, read(ENGLISH)).size(), find(HEADING, read(CHINESE)).size(), "sections");
    assertEquals(pictures(ENGLISH), pictures(CHINESE));
    assertTrue(read(ENGLISH).contains("](" + CHINESE + ")"));
    assertTrue(read(CHINESE).contains("](" + ENGLISH + ")"));
  }

  private static List<String> pictures(String file) {
    return find(LINK, read(file)).stream().filter(link -> link.endsWith(".png")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void whatIsPointedToIsThere(String file) throws IOException {
    String text = read(file);
    Set<String> anchors =
        find(HEADING, text).stream()
            .map(title -> title.toLowerCase(Locale.ROOT).replace(' ', '-'))
            .map(title -> "#" + title.replaceAll("[^\\p{L}\\p{N}_-]", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    for (String link : find(LINK, text)) {
      if (link.startsWith("#")) {
        assertTrue(anchors.contains(link), () -> link + " isn't among " + anchors);
      } else if (!link.startsWith("https://")) {
        assertTrue(Files.exists(ROOT.resolve(link)), link);
      }
    }
    assertTrue(pictures(file).contains(".github/images/page.png"), "the page");
    for (String picture : pictures(file)) {
      assertNotNull(ImageIO.read(ROOT.resolve(picture).toFile()), picture);
    }
  }

  /** Its options are checked by the next test. */
  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void translatesFromKerasAndPyTorch(String file) {
    String[] table = read(file).split("\\n\\| Keras \\| PyTorch \\| Flora \\|\\n", -1);
    assertEquals(2, table.length, "one table");
    List<String> rows = table[1].lines().skip(1).takeWhile(line -> line.startsWith("|")).toList();
    assertTrue(rows.size() >= 15, rows::toString);
    for (String row : rows) {
      assertTrue(row.matches("\\| .+ \\| .+ \\| .+ \\|"), row);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void everyOptionIsOneOfTheProgram(String file) {
    // The first three are options of every command, the last is Docker's.
    Set<String> known = new TreeSet<>(Set.of("--help", "--version", "--debug", "--user"));
    for (CommandLine command : program().values()) {
      command.getCommandSpec().options().forEach(o -> known.addAll(Arrays.asList(o.names())));
    }
    List<String> named = find(OPTION, read(file));
    assertFalse(named.isEmpty());
    for (String option : named) {
      assertTrue(known.contains(option), () -> option + " isn't among " + known);
    }
  }
}
