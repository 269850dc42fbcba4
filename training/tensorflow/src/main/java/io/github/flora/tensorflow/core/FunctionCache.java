package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions of one eager emitter, by what they do and to which shapes; bounded. */
final class FunctionCache {

  /** A ResNet's shapes in training take some hundred; above this the least used are forgotten. */
  private static final int CAPACITY = 1024;

  private final EagerEmitter emitter;
  private final Map<Key, CompiledFunction> functions =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CompiledFunction> eldest) {
          if (size() <= CAPACITY) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

  FunctionCache(EagerEmitter emitter) {
    this.emitter = emitter;
  }

  private record Input(DataType type, Shape shape, Layout layout) {}

  private record Key(String name, List<?> settings, List<Input> inputs) {}

  Tensor[] call(String name, List<?> settings, Emitter.Body body, Tensor[] inputs) {
    List<Input> signature = new ArrayList<>(inputs.length);
    for (Tensor input : inputs) {
      signature.add(new Input(input.type(), input.shape(), input.layout()));
    }
    CompiledFunction function = function(new Key(name, settings, signature), body);
    return function.call(inputs);
  }

  private synchronized CompiledFunction function(Key key, Emitter.Body body) {
    CompiledFunction known = functions.get(key);
    if (known != null) {
      return known;
    }
    try (GraphEmitter graph = new GraphEmitter()) {
      Tensor[] placeholders = new Tensor[key.inputs.size()];
      for (int i = 0; i < placeholders.length; i++) {
        Input input = key.inputs.get(i);
        placeholders[i] = graph.input(input.type, input.shape, input.layout);
      }
      Tensor[] outputs = Tape.unrecorded(() -> body.emit(graph, placeholders));
      CompiledFunction made = new CompiledFunction(emitter, key.name, graph, outputs);
      functions.put(key, made);
      return made;
    }
  }
}
