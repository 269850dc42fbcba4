package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDList.Encoding;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Owning, naming, comparing and transporting arrays: what DJL's PyTorch engine does. */
abstract class AbstractArrayTest {

  private final String engine;
  private NDManager manager;
  private NDArray a;

  AbstractArrayTest(String engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager(Device.cpu(), engine);
    a = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void everythingKnowsItsEngineAndDevice() {
    assertSame(Engine.getEngine(engine), manager.getEngine());
    assertEquals(engine, manager.getEngine().getEngineName());
    assertEquals(Device.cpu(), manager.getDevice());
    assertEquals(Device.cpu(), a.getDevice());
    assertSame(manager, a.getManager());
    assertSame(a, a.toDevice(Device.cpu(), false));
    assertNotSame(a, a.toDevice(Device.cpu(), true));
    assertFalse(a.isSparse());
  }

  @Test
  void closedArrayIsReleased() {
    a.close();
    assertTrue(a.isReleased());
    assertThrows(IllegalStateException.class, a::toFloatArray);
    a.close();
    assertTrue(manager.getManagedArrays().isEmpty());
  }

  @Test
  void closedManagerClosesItsArraysAndManagers() {
    NDManager sub = manager.newSubManager();
    NDArray b = sub.create(1f);
    manager.close();
    assertFalse(manager.isOpen());
    assertFalse(sub.isOpen());
    assertTrue(a.isReleased());
    assertTrue(b.isReleased());
  }

  @Test
  void resultBelongsToTheManagerOfTheArray() {
    NDManager sub = manager.newSubManager();
    NDArray b = sub.create(new float[] {1, 2, 3});
    assertSame(sub, b.add(a).getManager());
    assertSame(manager, a.add(b).getManager());
    sub.close();
    assertFalse(a.isReleased());
  }

  @Test
  void attachedArrayLivesWithItsNewManager() {
    NDManager sub = manager.newSubManager();
    NDArray b = sub.create(1f);
    b.attach(manager);
    sub.close();
    assertFalse(b.isReleased());
    assertSame(manager, b.getManager());
    assertEquals(1, b.getFloat());
  }

  @Test
  void detachedArrayOutlivesItsManager() {
    a.detach();
    manager.close();
    assertFalse(a.isReleased());
    assertEquals(21, a.sum().getFloat());
    a.close();
    assertTrue(a.isReleased());
  }

  @Test
  void temporarilyAttachedArrayGoesBack() {
    try (NDManager sub = manager.newSubManager()) {
      a.tempAttach(sub);
      assertSame(sub, a.getManager());
    }
    assertFalse(a.isReleased());
    assertSame(manager, a.getManager());
  }

  @Test
  void returnedArrayBelongsToTheParent() {
    NDArray b;
    try (NDManager sub = manager.newSubManager()) {
      b = sub.ret(sub.create(3f));
    }
    assertEquals(3, b.getFloat());
    assertSame(manager, b.getManager());
  }

  @Test
  void duplicateIsIndependent() {
    NDArray copy = a.duplicate();
    copy.addi(1);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, a.toFloatArray());
    a.muli(0);
    assertArrayEquals(new float[] {2, 3, 4, 5, 6, 7}, copy.toFloatArray());
  }

  @Test
  void internTakesTheOthersPlace() {
    NDArray b = a.mul(2);
    a.intern(b);
    assertTrue(b.isReleased());
    assertArrayEquals(new float[] {2, 4, 6, 8, 10, 12}, a.toFloatArray());
  }

  @Test
  void internMayChangeTheShapeOfWhatIsNotYetKnown() {
    NDArray b = manager.create(new float[] {1, 2});
    NDArray c = manager.create(new float[] {5, 6});
    b.intern(c);
    assertArrayEquals(new float[] {5, 6}, b.toFloatArray());
  }

  @Test
  void nameIsKept() {
    a.setName("weight");
    assertEquals("weight", a.getName());
    assertEquals("weight", a.duplicate().getName());
    assertEquals("weight", a.toDevice(Device.cpu(), true).getName());
    assertNull(a.add(1).getName());
  }

  @Test
  void fromAnotherEngineTakesACopy() {
    String other = engine.equals("PyTorch") ? EngineUnderTest.NAME : "PyTorch";
    try (NDManager foreign = Engine.getEngine(other).newBaseManager()) {
      NDArray b = foreign.create(new int[] {1, 2, 3});
      b.setName("b");
      NDArray c = manager.from(b);
      assertSame(manager.getEngine(), c.getManager().getEngine());
      assertArrayEquals(new int[] {1, 2, 3}, c.toIntArray());
      assertEquals("b", c.getName());
    }
    assertSame(a, manager.from(a));
  }

  @Test
  void readsEveryType() {
    assertArrayEquals(new float[] {1, -2}, manager.create(new float[] {1, -2}).toFloatArray());
    assertArrayEquals(new double[] {1, -2}, manager.create(new double[] {1, -2}).toDoubleArray());
    assertArrayEquals(new int[] {1, -2}, manager.create(new int[] {1, -2}).toIntArray());
    long[] large = {Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53};
    assertArrayEquals(large, manager.create(large).toLongArray());
    assertArrayEquals(new byte[] {1, -2}, manager.create(new byte[] {1, -2}).toByteArray());
    boolean[] booleans = {true, false};
    assertArrayEquals(booleans, manager.create(booleans).toBooleanArray());
    NDArray bytes = manager.create(new int[] {0, 255}).toType(DataType.UINT8, true);
    assertArrayEquals(new int[] {0, 255}, bytes.toUint8Array());
    assertArrayEquals(new Number[] {1f, -2f}, manager.create(new float[] {1, -2}).toArray());
    assertThrows(IllegalStateException.class, () -> a.toIntArray());
    assertThrows(IllegalStateException.class, () -> a.toLongArray());
  }

  @Test
  void readsOneElement() {
    assertEquals(6, a.getFloat(1, 2));
    assertEquals(5L, manager.create(new long[] {4, 5}).getLong(1));
    assertEquals(5, manager.create(new int[] {4, 5}).getInt(1));
    assertEquals(5.5, manager.create(new double[] {4, 5.5}).getDouble(1));
    assertTrue(manager.create(new boolean[] {false, true}).getBoolean(1));
    assertThrows(IllegalArgumentException.class, () -> a.getFloat(1));
  }

  @Test
  void bytesAreInNativeOrder() {
    ByteBuffer bytes = a.toByteBuffer();
    assertEquals(ByteOrder.nativeOrder(), bytes.order());
    assertEquals(24, bytes.remaining());
    assertEquals(2, bytes.getFloat(4));
    assertEquals(0, manager.create(new float[0]).toByteBuffer().remaining());
  }

  @Test
  void numbersOutliveTheArray() {
    ByteBuffer bytes = a.toByteBuffer();
    a.muli(0);
    a.close();
    assertEquals(6, bytes.getFloat(20));
  }

  @Test
  void setFromADirectBuffer() {
    ByteBuffer bytes = manager.allocateDirect(24);
    for (int i = 0; i < 6; i++) {
      bytes.putFloat(i * 10);
    }
    bytes.rewind();
    a.set(bytes);
    assertArrayEquals(new float[] {0, 10, 20, 30, 40, 50}, a.toFloatArray());
  }

  @Test
  void bufferOfTheWrongSizeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> a.set(new float[5]));
    assertThrows(
        IllegalArgumentException.class, () -> manager.create(new float[5], new Shape(2, 3)));
  }

  @Test
  void equality() {
    assertTrue(a.contentEquals(a.duplicate()));
    assertEquals(a, a.duplicate());
    assertFalse(a.contentEquals(a.add(1)));
    assertFalse(a.contentEquals(a.reshape(3, 2)));
    assertFalse(a.contentEquals(a.toType(DataType.FLOAT64, true)));
    assertNotEquals(a, a.flatten());
    assertTrue(a.shapeEquals(a.add(1)));
    assertTrue(a.allClose(a.add(1e-6f)));
    assertFalse(a.allClose(a.add(1e-3f)));
    assertTrue(a.allClose(a.add(1e-3f), 1e-2, 1e-2, false));
    NDArray nan = manager.create(Float.NaN);
    assertFalse(nan.allClose(nan));
    assertTrue(nan.allClose(nan, 1e-5, 1e-8, true));
  }

  @Test
  void textShowsNumbersShapeAndType() {
    String text = a.toString();
    for (String part : List.of("(2, 3)", "float32", "1.", "6.")) {
      assertTrue(text.contains(part), text);
    }
    a.close();
    assertTrue(a.toString().contains("closed"));
  }

  @Test
  void oneArrayThroughBytes() {
    a.setName("weight");
    NDArray decoded = NDArray.decode(manager, a.encode());
    assertEquals(a, decoded);
    assertEquals("weight", decoded.getName());
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void listThroughBytes(Encoding encoding) {
    NDList list = list();
    NDList decoded = NDList.decode(manager, list.encode(encoding));
    assertEquals(list.size(), decoded.size());
    for (NDArray array : list) {
      NDArray same =
          decoded.stream()
              .filter(d -> array.getName().equals(d.getName()))
              .findFirst()
              .orElseThrow();
      assertEquals(array, same, array.getName());
    }
  }

  @Test
  void listThroughAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("list.npz");
    Files.write(file, list().encode(Encoding.NPZ));
    try (InputStream in = Files.newInputStream(file)) {
      NDList decoded = NDList.decode(manager, in);
      assertEquals(4, decoded.size());
    }
  }

  private NDList list() {
    NDArray images = a.reshape(1, 2, 3, 1).transpose(0, 3, 1, 2);
    images.setName("images");
    NDArray whole = manager.create(new long[] {1, 1L << 40});
    whole.setName("whole");
    NDArray scalar = manager.create(3.5);
    scalar.setName("scalar");
    NDArray bytes = manager.create(new int[] {0, 200}).toType(DataType.UINT8, true);
    bytes.setName("bytes");
    return new NDList(images, whole, scalar, bytes);
  }

  @Test
  void mismatchIsAnExceptionAndTheEngineGoesOn() {
    NDArray b = manager.ones(new Shape(4, 5));
    assertThrows(RuntimeException.class, () -> a.add(b));
    assertThrows(RuntimeException.class, () -> a.matMul(b));
    assertThrows(RuntimeException.class, () -> a.reshape(5));
    assertThrows(RuntimeException.class, () -> a.get("7"));
    assertThrows(RuntimeException.class, () -> a.sum(new int[] {2}));
    assertEquals(21, a.sum().getFloat());
  }
}
