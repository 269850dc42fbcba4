package io.github.flora.models;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a <a href="https://docs.python.org/3/library/pickletools.html">pickle</a> without running
 * anything: a pickle is a program that may call any function of Python's, so only the instructions
 * that PyTorch's own weights-only reader knows are carried out (protocol 2, which {@code
 * torch.save} writes), and only what {@link Objects} allows can be named or called.
 *
 * <p>What comes out are {@link Map}s with strings and numbers as keys, {@link List}s, {@link
 * Tuple}s, strings, {@link Long}s, {@link Double}s, {@link Boolean}s, {@link #NONE} and whatever
 * {@link Objects} returns. Memory stays within a small multiple of the pickle's size: no
 * instruction makes more than its own bytes hold.
 */
final class Unpickler {

  /** Python's {@code None}. */
  static final Object NONE =
      new Object() {
        @Override
        public String toString() {
          return "None";
        }
      };

  private static final int PROTOCOL = 2;

  /** Stands on the stack where a sequence begins. */
  private static final Object MARK = new Object();

  private final ByteBuffer in;
  private final Objects objects;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  /** What a pickle may name and call. */
  interface Objects {

    /** Returns what stands for a class or function; refuses it unless it is known. */
    Object global(String module, String name) throws BadPickleException;

    /** Calls what {@link #global} returned. */
    Object call(Object callable, List<Object> arguments) throws BadPickleException;

    /** Returns what is kept outside of the pickle. */
    Object persistent(Object id) throws BadPickleException;
  }

  /** Python's tuple. */
  record Tuple(List<Object> items) {}

  /** A pickle isn't one of ours; the message says why. */
  static final class BadPickleException extends IOException {
    private static final long serialVersionUID = 1L;

    BadPickleException(String problem) {
      super(problem);
    }
  }

  private Unpickler(ByteBuffer in, Objects objects) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.objects = objects;
  }

  /**
   * Reads one pickle.
   *
   * @param in where it begins; afterwards the position is behind its end
   * @param objects what it may name and call
   * @return the object
   */
  static Object load(ByteBuffer in, Objects objects) throws BadPickleException {
    try {
      return new Unpickler(in, objects).run();
    } catch (BufferUnderflowException e) {
      BadPickleException cut = new BadPickleException("the pickle is cut off");
      cut.initCause(e);
      throw cut;
    }
  }

  private Object run() throws BadPickleException {
    while (true) {
      int code = in.get() & 0xFF;
      if (code == '.') {
        return pop();
      }
      step(code);
    }
  }

  private void step(int code) throws BadPickleException {
    switch (code) {
      case 0x80 -> {
        int protocol = in.get() & 0xFF;
        check(protocol == PROTOCOL, "pickle protocol " + protocol + ", where PyTorch writes 2");
      }
      case '(' -> stack.add(MARK);
      case 'N' -> stack.add(NONE);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'K' -> stack.add((long) (in.get() & 0xFF));
      case 'M' -> stack.add((long) (in.getShort() & 0xFFFF));
      case 'J' -> stack.add((long) in.getInt());
      case 0x8A -> stack.add(longInteger());
      case 'G' -> stack.add(in.order(ByteOrder.BIG_ENDIAN).getDouble());
      case 'X' -> stack.add(text(in.getInt()));
      case 'U' -> stack.add(text(in.get() & 0xFF));
      case '}' -> stack.add(new LinkedHashMap<Object, Object>());
      case ']' -> stack.add(new ArrayList<>());
      case ')' -> stack.add(new Tuple(List.of()));
      case 0x85 -> stack.add(new Tuple(List.copyOf(pop(1))));
      case 0x86 -> stack.add(new Tuple(List.copyOf(pop(2))));
      case 0x87 -> stack.add(new Tuple(List.copyOf(pop(3))));
      case 't' -> stack.add(new Tuple(List.copyOf(popToMark())));
      case 'a' -> append(pop(1));
      case 'e' -> append(popToMark());
      case 's' -> setItems(pop(2));
      case 'u' -> setItems(popToMark());
      case 'q' -> memo.put(in.get() & 0xFF, top());
      case 'r' -> memo.put(in.getInt(), top());
      case 'h' -> stack.add(remembered(in.get() & 0xFF));
      case 'j' -> stack.add(remembered(in.getInt()));
      case 'c' -> stack.add(objects.global(line(), line()));
      case 'R' -> {
        List<Object> call = pop(2);
        check(call.get(1) instanceof Tuple, "a call without a tuple of arguments");
        stack.add(objects.call(call.get(0), ((Tuple) call.get(1)).items()));
      }
      // Attributes, such as the versions that a state_dict carries: they say nothing of weights.
      case 'b' -> {
        Object unused = pop();
        check(top() instanceof Map, "attributes of something else than a dict");
      }
      case 'Q' -> stack.add(objects.persistent(pop()));
      default ->
          throw new BadPickleException(
              "the pickle's instruction 0x%02x isn't one that weights need".formatted(code));
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
  }

  private long longInteger() throws BadPickleException {
    int bytes = in.get() & 0xFF;
    check(bytes <= Long.BYTES, "an integer of " + bytes + " bytes");
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      // The last byte carries the sign.
      long next = i == bytes - 1 ? in.get() : in.get() & 0xFF;
      value |= next << (8 * i);
    }
    return value;
  }

  private String text(int length) throws BadPickleException {
    check(length >= 0 && length <= in.remaining(), "a text that is longer than the pickle");
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      BadPickleException bad = new BadPickleException("a text that isn't UTF-8");
      bad.initCause(e);
      throw bad;
    }
  }

  private String line() throws BadPickleException {
    int end = in.position();
    while (end < in.limit() && in.get(end) != '\n') {
      end++;
    }
    String text = text(end - in.position());
    in.get();
    return text;
  }

  private Object remembered(int index) throws BadPickleException {
    Object value = memo.get(index);
    if (value == null) {
      throw new BadPickleException("it recalls what it never stored");
    }
    return value;
  }

  private Object top() throws BadPickleException {
    check(!stack.isEmpty(), "it takes what isn't there");
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws BadPickleException {
    return pop(1).get(0);
  }

  /** Takes a number of values, in the order in which they were put there. */
  private List<Object> pop(int count) throws BadPickleException {
    check(stack.size() >= count, "it takes what isn't there");
    List<Object> tail = stack.subList(stack.size() - count, stack.size());
    List<Object> values = new ArrayList<>(tail);
    check(!values.contains(MARK), "it takes what isn't there");
    tail.clear();
    return values;
  }

  private List<Object> popToMark() throws BadPickleException {
    int mark = stack.lastIndexOf(MARK);
    check(mark >= 0, "a sequence without a beginning");
    List<Object> values = pop(stack.size() - mark - 1);
    stack.remove(mark);
    return values;
  }

  @SuppressWarnings("unchecked") // every list here is one of ours
  private void append(List<Object> values) throws BadPickleException {
    check(top() instanceof List, "it appends to something else than a list");
    ((List<Object>) top()).addAll(values);
  }

  @SuppressWarnings("unchecked") // every map here is one of ours
  private void setItems(List<Object> values) throws BadPickleException {
    check(top() instanceof Map, "it puts entries into something else than a dict");
    check(values.size() % 2 == 0, "a key without a value");
    Map<Object, Object> map = (Map<Object, Object>) top();
    for (int i = 0; i < values.size(); i += 2) {
      Object key = values.get(i);
      // Not containers, whose hash could be made to take forever.
      check(key instanceof String || key instanceof Long, "a key that is neither text nor number");
      map.put(key, values.get(i + 1));
    }
  }

  private static void check(boolean fine, String problem) throws BadPickleException {
    if (!fine) {
      throw new BadPickleException(problem);
    }
  }
}
