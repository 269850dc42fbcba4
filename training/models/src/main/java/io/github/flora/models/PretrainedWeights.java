package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Weights that a network starts from instead of random ones.
 *
 * @param file where they are
 * @param url where they were downloaded from, or null
 * @param sha256 the file's digest, 64 hexadecimal digits
 */
public record PretrainedWeights(Path file, @Nullable String url, String sha256) {

  /** Stands for weights that were trained on ImageNet. */
  public static final String IMAGENET = "imagenet";

  /** Torchvision's; the names carry the beginning of the digest. */
  private static final Map<String, String> IMAGENET_URLS =
      Map.of(
          "resnet18", "https://download.pytorch.org/models/resnet18-f37072fd.pth",
          "resnet34", "https://download.pytorch.org/models/resnet34-b627a593.pth");

  /**
   * Finds weights, and downloads them if they aren't in the cache.
   *
   * @param choice a file, a URL (with {@code #sha256=…} if its name doesn't carry a digest), or
   *     {@link #IMAGENET}
   * @param network the network's name, for {@link #IMAGENET}
   * @param download how files are downloaded
   * @param notes told in one line when a download begins
   * @return the weights
   * @throws IllegalArgumentException if the choice is none of these, or there are no ImageNet
   *     weights for the network
   * @throws WeightsException if they can't be had; the message says why in one line
   */
  public static PretrainedWeights find(
      String choice, String network, WeightsDownload download, Consumer<String> notes)
      throws IOException {
    check(choice, network);
    String url = choice.equals(IMAGENET) ? IMAGENET_URLS.get(network) : choice;
    if (url != null && isUrl(url)) {
      Path file = download.get(URI.create(url), notes);
      return new PretrainedWeights(file, url, digest(file));
    }
    Path file = Path.of(choice);
    if (!Files.isRegularFile(file)) {
      throw new WeightsException(
          file,
          Files.isDirectory(file)
              ? "is a folder: name a .safetensors or .pth file with --pretrained"
              : "there is no such file: name a .safetensors or .pth file with --pretrained, or a"
                  + " URL, or none");
    }
    return new PretrainedWeights(file, null, digest(file));
  }

  /**
   * Finds out whether a choice makes sense, without looking for a file.
   *
   * @param choice as for {@link #find}
   * @param network the network's name
   * @throws IllegalArgumentException if not; the message says why in one line
   */
  public static void check(String choice, String network) {
    if (choice.equals(IMAGENET)) {
      if (!IMAGENET_URLS.containsKey(network)) {
        throw new IllegalArgumentException(
            "there are no ImageNet weights known for the model '%s', only for %s: name a file with --pretrained, or none"
                .formatted(
                    network, String.join(", ", IMAGENET_URLS.keySet().stream().sorted().toList())));
      }
      return;
    }
    try {
      if (isUrl(choice)) {
        WeightsDownload.check(URI.create(choice));
      } else if (choice.isBlank() || Path.of(choice).getFileName() == null) {
        throw new IllegalArgumentException("--pretrained '" + choice + "' names no file");
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("--pretrained '" + choice + "' names no file", e);
    }
  }

  private static boolean isUrl(String choice) {
    String lower = choice.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("https://");
  }

  /**
   * Loads the weights into a network. Its head stays as it is if the file's is another: of another
   * number of classes, or of other layers. Everything else must fit.
   *
   * @param network a block, initialised
   * @return what was loaded and what wasn't
   * @throws WeightsException if the backbone isn't the file's, or the file is malformed; the
   *     message lists every difference, and the block is as it was
   * @throws IOException if the file can't be read
   */
  public LoadReport load(Block network) throws IOException {
    Set<String> replaced = new LinkedHashSet<>();
    Head head = Head.of(network).orElse(null);
    if (head != null) {
      Map<String, Shape> ours = new HashMap<>();
      ParameterNames.of(network)
          .forEach(
              (name, parameter) -> {
                if (head.names().contains(name)) {
                  ours.put(name, parameter.getArray().getShape());
                }
              });
      Map<String, Shape> theirs = new HashMap<>();
      try (WeightsFile in = WeightsFile.open(file)) {
        for (String name : in.names()) {
          if (name.startsWith(head.prefix())) {
            theirs.put(name, in.shape(name));
          }
        }
      }
      if (!ours.equals(theirs)) {
        replaced.addAll(head.names());
        replaced.addAll(theirs.keySet());
      }
    }
    return Weights.loadMatching(network, file, replaced);
  }

  /**
   * Says in one line what came of loading.
   *
   * @param report what {@link #load} returned
   * @return the file, how much was loaded, and what in the head is new
   */
  public String describe(LoadReport report) {
    StringBuilder line = new StringBuilder("weights     ");
    line.append(file.getFileName()).append(": ").append(report.loaded().size()).append(" tensors");
    if (!report.kept().isEmpty()) {
      line.append("; new: ").append(String.join(", ", report.kept()));
    }
    List<String> reasons = new ArrayList<>(report.mismatched());
    if (!report.unexpected().isEmpty()) {
      reasons.add("not used: " + String.join(", ", report.unexpected()));
    }
    if (!reasons.isEmpty()) {
      line.append(" (the file's ").append(String.join("; ", reasons)).append(")");
    }
    return line.toString();
  }

  /** Returns a file's SHA-256. */
  static String digest(Path file) throws IOException {
    MessageDigest sha256 = newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new WeightsException(file, "can't be read", e);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
