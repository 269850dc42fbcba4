package io.github.flora.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Attributes;

/** Several images in one body: {@code multipart/form-data}, RFC 7578. */
final class Multipart {

  private static final int MAX_HEADERS = 8192;
  private static final int LONGEST_NAME = 200;

  private Multipart() {}

  /** One image file. */
  static final class Part {
    private final String name;
    private final byte[] content;

    Part(String name, byte[] content) {
      this.name = name;
      this.content = content;
    }

    /** Returns its file name, else its name, else its number. */
    String name() {
      return name;
    }

    /** Returns its bytes, not copied. */
    byte[] content() {
      return content;
    }
  }

  /**
   * Takes a body apart, in memory.
   *
   * @param body the body
   * @param contentType its type, with the boundary
   * @param maxParts parts of the largest body
   * @return its parts, at least one
   * @throws ProblemException if it isn't multipart or has too many parts
   */
  static List<Part> parse(byte[] body, String contentType, int maxParts) {
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null || boundary.isEmpty()) {
      throw new ProblemException(
          Problem.badRequest("Content-Type is multipart/form-data without a boundary"));
    }
    MultiPartConfig config =
        new MultiPartConfig.Builder()
            // One more is let through, so that we say ourselves what is wrong.
            .maxParts(maxParts + 1)
            .maxSize(-1)
            .maxPartSize(-1)
            .maxMemoryPartSize(-1)
            .maxHeadersSize(MAX_HEADERS)
            .build();
    Content.Source source = new ByteBufferContentSource(ByteBuffer.wrap(body));
    List<Part> result = new ArrayList<>();
    try (MultiPartFormData.Parts parts =
        MultiPartFormData.getParts(source, new Attributes.Mapped(), contentType, config)) {
      if (parts.size() > maxParts) {
        throw tooMany(maxParts);
      }
      for (MultiPart.Part part : parts) {
        ByteBuffer bytes = Content.Source.asByteBuffer(part.getContentSource());
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        result.add(new Part(name(part, result.size()), content));
      }
    } catch (CompletionException e) {
      if (saysTooMany(e)) {
        throw tooMany(maxParts);
      }
      throw new ProblemException(
          Problem.badRequest("the body isn't what multipart/form-data promises: is it cut off?"));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("Content in memory can't be read", e);
    }
    if (result.isEmpty()) {
      throw new ProblemException(Problem.badRequest("the body has no parts; send an image"));
    }
    return result;
  }

  private static boolean saysTooMany(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("too many keys")) {
        return true;
      }
    }
    return false;
  }

  private static ProblemException tooMany(int maxParts) {
    return new ProblemException(
        Problem.tooLarge("more than %d parts; send fewer images at once".formatted(maxParts)));
  }

  private static String name(MultiPart.Part part, int index) {
    String name = part.getFileName() == null ? part.getName() : part.getFileName();
    if (name == null || name.isBlank()) {
      return "part " + (index + 1);
    }
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
  }
}
