package io.github.flora.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript functions compiled from their source text. DJL's binding lists the operations that it
 * knows one by one, and fused optimizers aren't among them; but it runs TorchScript modules, and
 * those may call any operation of PyTorch.
 *
 * <p>The text is put into the archive that {@code torch.jit.save} would write: a zip with the code
 * and two pickles, one of the module's attributes (only {@code training}) and one of its constants
 * (none). See <a
 * href="https://github.com/pytorch/pytorch/blob/main/torch/csrc/jit/docs/serialization.md">the
 * format</a>.
 */
final class ScriptModule implements AutoCloseable {

  /** Pickle protocol 2 of an object of class {@code __torch__.NAME} with training = true. */
  private static final String ATTRIBUTES =
      "\u0080\u0002c__torch__\n%s\n)\u0081}X\u0008\u0000\u0000\u0000training\u0088sb.";

  /** Pickle protocol 2 of the empty tuple. */
  private static final String CONSTANTS = "\u0080\u0002).";

  private final PtSymbolBlock block;

  private ScriptModule(PtSymbolBlock block) {
    this.block = block;
  }

  /**
   * Compiles a module.
   *
   * @param manager owns the module
   * @param name the name of the class in the text
   * @param resource the text, a resource beside this class
   * @return the module
   */
  static ScriptModule compile(NDManager manager, String name, String resource) {
    try (InputStream in = ScriptModule.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("missing from the jar: " + resource);
      }
      byte[] archive = archive(name, in.readAllBytes());
      return new ScriptModule(
          JniUtils.loadModule(
              (PtNDManager) manager, new ByteArrayInputStream(archive), false, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(String name, byte[] code) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      entry(zip, "module/data.pkl", latin1(ATTRIBUTES.formatted(name)));
      entry(zip, "module/constants.pkl", latin1(CONSTANTS));
      entry(zip, "module/code/__torch__.py", code);
      entry(zip, "module/version", latin1("3\n"));
    }
    return bytes.toByteArray();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    // Stored, not deflated: PyTorch's reader maps the records.
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** Calls a method without recording gradients; the arguments stay the caller's. */
  void call(String method, IValue... arguments) {
    IValueUtils.runMethod(block, method, arguments).close();
  }

  /** Wraps arrays as a {@code List[Tensor]} that shares them. */
  static IValue list(List<NDArray> arrays) {
    return IValue.listFrom(arrays.toArray(PtNDArray[]::new));
  }

  @Override
  public void close() {
    block.close();
  }
}
