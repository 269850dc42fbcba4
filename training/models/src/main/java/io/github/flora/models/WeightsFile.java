package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Named arrays in a file opened for reading, whatever its format. */
public interface WeightsFile extends AutoCloseable {

  /**
   * Opens a file. Its first bytes tell the format, not its name.
   *
   * @param file a safetensors file, or what {@code torch.save} wrote of a {@code state_dict}
   * @return the open file
   * @throws WeightsException if there is no such file, or it is malformed or of another kind
   * @throws IOException if it can't be read
   */
  static WeightsFile open(Path file) throws IOException {
    // Safetensors say better what is wrong with a file that isn't there.
    return Files.isRegularFile(file) && TorchFile.isOne(start(file))
        ? TorchFile.open(file)
        : Safetensors.open(file);
  }

  private static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(TorchFile.START);
    } catch (IOException e) {
      throw new WeightsException(file, "can't be read", e);
    }
  }

  /**
   * The arrays' names.
   *
   * @return the names in the file's order
   */
  Set<String> names();

  /**
   * An array's shape.
   *
   * @param name one of {@link #names()}
   * @return the shape
   * @throws IllegalArgumentException if there is no such array
   */
  Shape shape(String name);

  /**
   * The type of the array that {@link #read} gives.
   *
   * @param name one of {@link #names()}
   * @return the type; FLOAT32 for bfloat16, UNKNOWN for a type that DJL has no name for
   * @throws IllegalArgumentException if there is no such array
   */
  DataType dataType(String name);

  /**
   * Reads an array.
   *
   * @param manager what the array shall belong to
   * @param name one of {@link #names()}
   * @return a new array
   * @throws IllegalArgumentException if there is no such array
   * @throws WeightsException if its type isn't one that DJL's engines have, or it is too large for
   *     one DJL array
   * @throws IOException if it can't be read
   */
  NDArray read(NDManager manager, String name) throws IOException;

  /**
   * Closes the file. Arrays that were read stay.
   *
   * @throws IOException if that fails
   */
  @Override
  void close() throws IOException;
}
