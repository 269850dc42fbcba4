package io.github.flora.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Flora, which the build writes into a resource. */
public final class Versions {

  private Versions() {}

  /**
   * Returns the version of Flora.
   *
   * @return such as {@code 0.1.0-SNAPSHOT}
   */
  public static String flora() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("missing from the jar: version.properties");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
