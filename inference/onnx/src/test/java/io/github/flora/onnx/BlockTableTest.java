package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.Block;
import io.github.flora.onnx.BlockLimits.Reason;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table in the README is what the tests of block families expect, and these leave no block of
 * DJL out. With {@code -Dflora.readme=write} the table is written.
 */
class BlockTableTest {

  private static final String BEGIN = "<!-- blocks: written by a test -->\n";
  private static final String END = "<!-- end of blocks -->\n";
  private static final List<BlockCases.Case> CASES = BlockCases.all();

  /** Every reason belongs to a case, so that none is left over. */
  @Test
  void reasonsNameCases() {
    List<String> names = CASES.stream().map(BlockCases.Case::toString).toList();
    for (Map<String, Reason> reasons : BlockLimits.byEngine().values()) {
      assertTrue(names.containsAll(reasons.keySet()), reasons.keySet().toString());
    }
  }

  @Test
  void everyBlockHasACase() throws IOException, URISyntaxException {
    Set<String> covered = new TreeSet<>();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      CASES.forEach(given -> collect(given.block().apply(manager), covered));
    }
    Set<String> missing = new TreeSet<>();
    for (Class<?> type : classes(Block.class, "ai/djl/nn")) {
      if (Block.class.isAssignableFrom(type)
          && !Modifier.isAbstract(type.getModifiers())
          && !AbstractSymbolBlock.class.isAssignableFrom(type)
          && !covered.contains(type.getName())) {
        missing.add(type.getName());
      }
    }
    assertEquals(Set.of(), missing);
  }

  private static void collect(Block block, Set<String> names) {
    // Anonymous classes, as of builders, are what they extend.
    for (Class<?> type = block.getClass(); type != null; type = type.getSuperclass()) {
      names.add(type.getName());
    }
    block.getChildren().values().forEach(child -> collect(child, names));
  }

  @Test
  void everyNetworkHasACase() throws IOException, URISyntaxException {
    List<String> networks =
        CASES.stream()
            .filter(given -> given.family().equals("basicmodelzoo"))
            .map(given -> given.name().replaceFirst(",.*", ""))
            .toList();
    Set<String> missing =
        classes(Mlp.class, "ai/djl/basicmodelzoo/cv/classification").stream()
            .map(Class::getSimpleName)
            .filter(name -> !name.endsWith("Factory") && !networks.contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), missing);
  }

  /** The public top-level classes below a folder of the jar that a class is from. */
  private static List<Class<?>> classes(Class<?> neighbour, String folder)
      throws IOException, URISyntaxException {
    Path jar = Path.of(neighbour.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem files = FileSystems.newFileSystem(jar);
        Stream<Path> all = Files.walk(files.getPath(folder))) {
      List<Class<?>> classes =
          all.map(Path::toString)
              .filter(name -> name.endsWith(".class") && !name.matches(".*(\\$|-).*"))
              .map(name -> name.replaceFirst("^/", "").replaceFirst("\\.class$", ""))
              .<Class<?>>map(name -> load(name.replace('/', '.')))
              .filter(type -> Modifier.isPublic(type.getModifiers()))
              .toList();
      assertTrue(classes.size() > 5, classes.toString());
      return classes;
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void readmeSaysTheSame() throws IOException {
    StringBuilder table = new StringBuilder("| block |");
    BlockLimits.byEngine()
        .keySet()
        .forEach(engine -> table.append(" ").append(engine).append(" |"));
    table.append("\n|---|").append("---|".repeat(BlockLimits.byEngine().size())).append("\n");
    for (BlockCases.Case given : CASES) {
      table.append("| `").append(given.family()).append("` ").append(given.name()).append(" |");
      for (Map<String, Reason> reasons : BlockLimits.byEngine().values()) {
        Reason reason = reasons.get(given.toString());
        table
            .append(reason == null ? " exports, agrees" : " not exported: " + reason.note())
            .append(" |");
      }
      table.append("\n");
    }
    Path readme = Path.of("README.md");
    String text = Files.readString(readme);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    if ("write".equals(System.getProperty("flora.readme"))) {
      Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
    } else {
      assertEquals(table.toString(), text.substring(from, to));
    }
  }
}
