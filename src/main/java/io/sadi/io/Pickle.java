package io.sadi.io;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Python pickle read as data. A pickle is a program for a stack machine that may call any
 * function of Python; here it calls none. A few constructors are known (dictionaries, lists, what
 * {@link ObjectMaker} knows), and everything else becomes an {@link Opaque} value that only has a
 * name.
 *
 * <p>Values are {@link #NONE}, Boolean, Long, BigInteger, Double, String, ByteBuffer (bytes), List
 * (lists, and unmodifiable: tuples), Map, {@link Global}, {@link Opaque}, and what {@link
 * ObjectMaker} returns. They may contain themselves, and share parts, so nothing here walks through
 * them.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">the operations</a>
 */
final class Pickle {
  /** Python's None. */
  static final Object NONE = new Opaque(new Global("builtins", "None"));

  /** What a program of so many steps makes fits into some hundred megabytes. */
  private static final int MAX_STEPS = 5_000_000;

  private static final int MAX_PROTOCOL = 5;
  private static final int MAX_LONG = 256;

  /** A function or a class, by its name. */
  record Global(String module, String name) {
    boolean is(String otherModule, String otherName) {
      return module.equals(otherModule) && name.equals(otherName);
    }

    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /** An object of a class that is not known: its name, and the items of one that is a mapping. */
  static final class Opaque {
    private final Global type;
    private final Map<Object, Object> items = new LinkedHashMap<>();

    Opaque(Global type) {
      this.type = type;
    }

    Global type() {
      return type;
    }

    Map<Object, Object> items() {
      return items;
    }
  }

  /** Makes values of what the reader of a format knows. */
  interface ObjectMaker {
    /** What stands for an object that is kept outside of the pickle. */
    Object persistent(Object id);

    /** What a call returns; null for an {@link Opaque}. */
    @Nullable Object call(Global function, List<Object> arguments);
  }

  private final ByteBuffer bytes;
  private final Object origin;
  private final ObjectMaker objects;
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int steps;

  private Pickle(ByteBuffer bytes, Object origin, ObjectMaker objects) {
    this.bytes = bytes;
    this.origin = origin;
    this.objects = objects;
  }

  /**
   * Reads one pickle.
   *
   * @param bytes from its position; afterwards it stands behind the pickle
   * @param origin the file, for messages
   * @throws BadInputException for what is no pickle, or a damaged one
   */
  static Object read(ByteBuffer bytes, Object origin, ObjectMaker objects) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    Pickle pickle = new Pickle(bytes, origin, objects);
    try {
      return pickle.run();
    } catch (BufferUnderflowException e) {
      throw pickle.damaged("it is cut off");
    }
  }

  private Object run() {
    while (true) {
      count(1);
      int operation = bytes.get() & 0xFF;
      if (operation == '.') {
        return pop();
      }
      step(operation);
    }
  }

  private void count(int more) {
    steps += more;
    if (steps < 0 || steps > MAX_STEPS) {
      throw damaged("a pickle of more than " + MAX_STEPS + " steps");
    }
  }

  private void step(int operation) {
    switch (operation) {
      case 0x80 -> protocol(); // PROTO
      case 0x95 -> bytes.getLong(); // FRAME: a length that nobody needs
      case '(' -> marks.push(stack.size());
      case '0' -> drop();
      case '1' -> popToMark();
      case '2' -> push(peek()); // DUP

      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'I' -> push(integer(line()));
      case 'L' -> push(longInteger(line().replaceFirst("L$", "")));
      case 'F' -> push(real(line()));
      case 'J' -> push((long) bytes.getInt());
      case 'K' -> push((long) (bytes.get() & 0xFF));
      case 'M' -> push((long) (bytes.getShort() & 0xFFFF));
      case 0x8a -> push(longInteger(bytes.get() & 0xFF)); // LONG1
      case 0x8b -> push(longInteger(bytes.getInt())); // LONG4
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()))); // BINFLOAT

      case 'S' -> push(quoted(line())); // STRING
      case 'T' -> push(text(bytes.getInt(), StandardCharsets.ISO_8859_1)); // BINSTRING
      case 'U' -> push(text(bytes.get() & 0xFF, StandardCharsets.ISO_8859_1));
      case 'V' -> push(line()); // UNICODE
      case 'X' -> push(text(bytes.getInt() & 0xFFFFFFFFL, StandardCharsets.UTF_8));
      case 0x8c -> push(text(bytes.get() & 0xFF, StandardCharsets.UTF_8));
      case 0x8d -> push(text(bytes.getLong(), StandardCharsets.UTF_8));
      case 'B' -> push(part(bytes.getInt() & 0xFFFFFFFFL)); // BINBYTES
      case 'C' -> push(part(bytes.get() & 0xFF));
      case 0x8e, 0x96 -> push(part(bytes.getLong())); // BINBYTES8, BYTEARRAY8

      case ']' -> push(new ArrayList<>());
      case '}', 0x8f ->
          push(operation == '}' ? new LinkedHashMap<>() : new ArrayList<>()); // or set
      case ')' -> push(List.of());
      case 'l' -> push(popToMark());
      case 't', 0x91 -> push(tuple(popToMark())); // 0x91: FROZENSET
      case 0x85 -> push(tuple(popSome(1)));
      case 0x86 -> push(tuple(popSome(2)));
      case 0x87 -> push(tuple(popSome(3)));
      case 'd' -> {
        List<Object> items = popToMark();
        push(new LinkedHashMap<>());
        putAll(items);
      }
      case 'a' -> append(popSome(1));
      case 'e', 0x90 -> append(popToMark()); // APPENDS, ADDITEMS
      case 's' -> putAll(popSome(2));
      case 'u' -> putAll(popToMark());

      case 'p' -> memo.put(longInteger(line()) instanceof Long n ? n : -1L, peek());
      case 'q' -> memo.put((long) (bytes.get() & 0xFF), peek());
      case 'r' -> memo.put(bytes.getInt() & 0xFFFFFFFFL, peek());
      case 0x94 -> memo.put((long) memo.size(), peek()); // MEMOIZE
      case 'g' -> push(remembered(longInteger(line()) instanceof Long n ? n : -1L));
      case 'h' -> push(remembered(bytes.get() & 0xFF));
      case 'j' -> push(remembered(bytes.getInt() & 0xFFFFFFFFL));

      case 'c' -> push(new Global(line(), line()));
      case 0x93 -> { // STACK_GLOBAL
        List<Object> names = popSome(2);
        push(new Global(string(names.get(0)), string(names.get(1))));
      }
      case 'P' -> push(objects.persistent(line()));
      case 'Q' -> push(objects.persistent(pop()));
      case 'R', 0x81 -> { // REDUCE, NEWOBJ
        List<Object> call = popSome(2);
        push(call(call.get(0), call.get(1)));
      }
      case 0x92 -> { // NEWOBJ_EX, whose named arguments nobody asks for
        List<Object> call = popSome(3);
        push(call(call.get(0), call.get(1)));
      }
      case 'i' -> { // INST
        Global type = new Global(line(), line());
        push(call(type, popToMark()));
      }
      case 'o' -> { // OBJ
        List<Object> all = popToMark();
        if (all.isEmpty()) {
          throw damaged("an object without a class");
        }
        push(call(all.get(0), all.subList(1, all.size())));
      }
      case 'b' -> popSome(1); // BUILD: attributes, such as the _metadata of a state_dict
      default ->
          throw damaged(String.format("an operation 0x%02x, which pickles do not have", operation));
    }
  }

  private void protocol() {
    int version = bytes.get() & 0xFF;
    if (version > MAX_PROTOCOL) {
      throw damaged("protocol " + version + ", where there are " + MAX_PROTOCOL);
    }
  }

  private Object call(Object function, Object given) {
    if (!(function instanceof Global global)) {
      return new Opaque(new Global("an object", "that another one made"));
    }
    List<Object> arguments = list(given);
    switch (global.toString()) {
      case "collections.OrderedDict",
          "collections.defaultdict",
          "builtins.dict",
          "__builtin__.dict" -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (Object argument : arguments) { // pairs, as Python 2 writes them
          if (argument instanceof List<?> pairs) {
            count(pairs.size()); // which may be given again and again
            for (Object pair : pairs) {
              if (pair instanceof List<?> two && two.size() == 2) {
                map.put(key(two.get(0)), two.get(1));
              }
            }
          }
        }
        return map;
      }
      case "builtins.set",
          "__builtin__.set",
          "builtins.frozenset",
          "__builtin__.frozenset",
          "builtins.list",
          "builtins.tuple",
          "torch.Size" -> {
        return arguments.size() == 1 && arguments.get(0) instanceof List<?> items
            ? items
            : new ArrayList<>();
      }
      default -> {
        Object known = objects.call(global, arguments);
        return known == null ? new Opaque(global) : known;
      }
    }
  }

  private void append(List<Object> items) {
    Object target = peek();
    if (target instanceof ArrayList<?> list) {
      mutable(list).addAll(items);
    } else if (!(target instanceof Opaque)) { // whose items nobody asks for
      throw damaged("items that are added to what is no list");
    }
  }

  private void putAll(List<Object> items) {
    Object target = peek();
    if (items.size() % 2 != 0 || !(target instanceof Map<?, ?> || target instanceof Opaque)) {
      throw damaged("pairs that are added to what is no dictionary");
    }
    Map<Object, Object> map =
        target instanceof Opaque opaque ? opaque.items() : mutable((Map<?, ?>) target);
    if (target == NONE) {
      throw damaged("pairs that are added to None");
    }
    for (int i = 0; i < items.size(); i += 2) {
      map.put(key(items.get(i)), items.get(i + 1));
    }
  }

  /** Only simple keys are compared: hashing a value that contains itself would not end. */
  private static Object key(Object key) {
    boolean simple = key instanceof String || key instanceof Number || key instanceof Boolean;
    return simple ? key : new Opaque(new Global("builtins", "key"));
  }

  /** Every list and dictionary on the stack was made here. */
  @SuppressWarnings("unchecked")
  private static List<Object> mutable(List<?> list) {
    return (List<Object>) list;
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> mutable(Map<?, ?> map) {
    return (Map<Object, Object>) map;
  }

  private static List<Object> tuple(List<Object> items) {
    return Collections.unmodifiableList(items);
  }

  private List<Object> list(Object value) {
    if (value instanceof List<?> list) {
      return Collections.unmodifiableList(list);
    }
    throw damaged("a call without arguments");
  }

  private void push(Object value) {
    stack.add(value);
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getFirst();
  }

  private Object peek() {
    if (stack.size() <= floor()) {
      throw damaged("a value that is missing");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object top = peek();
    stack.remove(stack.size() - 1);
    return top;
  }

  private List<Object> popSome(int count) {
    if (stack.size() - count < floor()) {
      throw damaged("values that are missing");
    }
    return popFrom(stack.size() - count);
  }

  private List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw damaged("the end of something that never began");
    }
    return popFrom(marks.pop());
  }

  private List<Object> popFrom(int first) {
    List<Object> top = stack.subList(first, stack.size());
    List<Object> values = new ArrayList<>(top);
    top.clear();
    return values;
  }

  private void drop() {
    if (!marks.isEmpty() && marks.getFirst() == stack.size()) {
      marks.pop();
    } else {
      pop();
    }
  }

  private Object remembered(long number) {
    Object value = memo.get(number);
    if (value == null) {
      throw damaged("value " + number + ", which was never kept");
    }
    return value;
  }

  private ByteBuffer part(long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw damaged("it is cut off");
    }
    ByteBuffer part = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return part;
  }

  private String text(long length, Charset charset) {
    return charset.decode(part(length)).toString();
  }

  private String line() {
    int start = bytes.position();
    int end = start;
    while (bytes.get() != '\n') {
      end++;
    }
    return StandardCharsets.UTF_8.decode(bytes.slice(start, end - start)).toString();
  }

  /** A string as Python 2 prints it: its quotes are taken off, escapes stay as they are. */
  private static String quoted(String line) {
    String text = line.strip();
    return text.length() < 2 ? text : text.substring(1, text.length() - 1);
  }

  private String string(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw damaged("a name that is no text");
  }

  private Object integer(String line) {
    return switch (line) { // protocol 0's booleans
      case "00" -> false;
      case "01" -> true;
      default -> longInteger(line);
    };
  }

  private Object longInteger(String line) {
    try {
      return line.length() > 2 * MAX_LONG ? tooLong() : shortest(new BigInteger(line.strip()));
    } catch (NumberFormatException e) {
      throw damaged("an integer that is none");
    }
  }

  private Object longInteger(int length) {
    ByteBuffer part = part(length);
    if (length > MAX_LONG) {
      return tooLong();
    }
    byte[] bigEndian = new byte[length];
    for (int i = 0; i < length; i++) {
      bigEndian[length - 1 - i] = part.get(i);
    }
    return shortest(length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian));
  }

  private static Object tooLong() {
    return new Opaque(new Global("builtins", "int"));
  }

  private static Object shortest(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private Object real(String line) {
    try {
      return Double.valueOf(line.strip());
    } catch (NumberFormatException e) {
      return switch (line.strip()) {
        case "nan" -> Double.NaN;
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        default -> throw damaged("a number that is none");
      };
    }
  }

  private BadInputException damaged(String what) {
    return new BadInputException(
        origin
            + ": a damaged PyTorch file: "
            + what
            + " (at byte "
            + bytes.position()
            + " of its pickle); download it again");
  }
}
