package io.github.flora.models;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Downloads files of weights once. A file must have the SHA-256 that its URL names: after {@code
 * #sha256=}, or at the end of the file's name as {@code torch.hub} has it ({@code
 * resnet18-f37072fd.pth}); it takes its place in the cache when it is whole and has that digest.
 *
 * @param cache the folder to keep files in
 * @param offline whether nothing may be downloaded
 * @param timeout for connecting, and between two parts of the answer
 */
public record WeightsDownload(Path cache, boolean offline, Duration timeout) {

  private static final Pattern IN_NAME = Pattern.compile(".*-([0-9a-f]{8,64})\\.[A-Za-z]+");
  private static final Pattern IN_FRAGMENT = Pattern.compile("sha256=([0-9a-fA-F]{64})");

  /**
   * Returns the usual way: into DJL's cache, not at all in DJL's offline mode.
   *
   * @return the way
   */
  public static WeightsDownload usual() {
    return new WeightsDownload(
        Utils.getCacheDir().resolve("flora").resolve("weights"),
        Utils.isOfflineMode(),
        Duration.ofSeconds(30));
  }

  /**
   * Checks that a URL names a file and a digest.
   *
   * @param url http or https
   * @throws IllegalArgumentException if not
   */
  static void check(URI url) {
    String name = name(url);
    if (url.getHost() == null || name.isEmpty()) {
      throw new IllegalArgumentException("--pretrained " + url + " names no file of a host");
    }
    if (digest(url) == null) {
      throw new IllegalArgumentException(
          "--pretrained %s names no digest to check the file by: add #sha256= and its 64 digits"
              .formatted(url));
    }
  }

  private static String name(URI url) {
    String path = url.getPath() == null ? "" : url.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.matches("[A-Za-z0-9._-]*") && !name.startsWith(".") ? name : "";
  }

  /** The beginning of the file's digest, in lower case. */
  private static @Nullable String digest(URI url) {
    if (url.getFragment() != null) {
      Matcher fragment = IN_FRAGMENT.matcher(url.getFragment());
      return fragment.matches() ? fragment.group(1).toLowerCase(Locale.ROOT) : null;
    }
    Matcher name = IN_NAME.matcher(name(url));
    return name.matches() ? name.group(1) : null;
  }

  /**
   * Returns a file from the cache, or downloads it.
   *
   * @param url http or https, with a digest
   * @param notes told in one line when a download begins
   * @return the file
   * @throws WeightsException if it can't be had
   */
  Path get(URI url, Consumer<String> notes) throws IOException {
    check(url);
    String digest = String.valueOf(digest(url));
    String name = name(url);
    // Files of one name and other content may come from two hosts.
    Path file = cache.resolve(IN_NAME.matcher(name).matches() ? name : digest + "-" + name);
    if (Files.isRegularFile(file) && PretrainedWeights.digest(file).startsWith(digest)) {
      return file;
    }
    if (offline) {
      throw cantBeHad(url, "offline mode is on (ai.djl.offline or DJL_OFFLINE)", null);
    }
    Path temporary = cache.resolve("." + name + "." + UUID.randomUUID() + ".part");
    try {
      Files.createDirectories(cache);
      notes.accept("downloading %s into %s".formatted(withoutFragment(url), cache));
      String found = download(withoutFragment(url), temporary);
      if (!found.startsWith(digest)) {
        throw cantBeHad(
            url,
            "the file has another SHA-256 than promised, %s…".formatted(found.substring(0, 16)),
            null);
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (WeightsException e) {
      throw e;
    } catch (IOException e) {
      throw cantBeHad(url, reason(e, url), e);
    } finally {
      if (Files.exists(temporary)) {
        Files.delete(temporary);
      }
    }
  }

  private static URI withoutFragment(URI url) {
    String text = url.toString();
    int hash = text.indexOf('#');
    return hash < 0 ? url : URI.create(text.substring(0, hash));
  }

  /** Returns the SHA-256 of what was written. */
  private String download(URI url, Path target) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout((int) timeout.toMillis());
    connection.setReadTimeout((int) timeout.toMillis());
    try {
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException("the host answers with status " + status);
      }
      MessageDigest sha256 = PretrainedWeights.newSha256();
      try (InputStream in = connection.getInputStream();
          OutputStream out = new DigestOutputStream(Files.newOutputStream(target), sha256)) {
        in.transferTo(out);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } finally {
      connection.disconnect();
    }
  }

  private static String reason(IOException e, URI url) {
    if (e instanceof UnknownHostException) {
      return "unknown host " + url.getHost() + " (is there a network?)";
    }
    if (e instanceof ConnectException) {
      return "no connection to " + url.getHost() + " (is there a network?)";
    }
    if (e instanceof SocketTimeoutException) {
      return "no answer in time";
    }
    if (e instanceof FileSystemException f) {
      return "can't write " + f.getFile();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static WeightsException cantBeHad(URI url, String reason, @Nullable IOException cause) {
    return new WeightsException(
        "pretrained weights can't be had from %s: %s; get the file by other means and name it with --pretrained FILE, or start from random weights with --pretrained none"
            .formatted(withoutFragment(url), reason),
        cause);
  }
}
