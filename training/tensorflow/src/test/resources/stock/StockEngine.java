import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks DJL's own TensorFlow engine about a SavedModel; prints its class and the largest difference. */
final class StockEngine {

  public static void main(String[] args) throws Exception {
    Engine engine = Engine.getEngine("TensorFlow");
    System.out.println(engine.getClass().getName());
    try (NDManager manager = engine.newBaseManager();
        Model model = Model.newInstance("saved", "TensorFlow");
        InputStream in = Files.newInputStream(Path.of(args[1]))) {
      model.load(Path.of(args[0]));
      NDList pair = NDList.decode(manager, in);
      // DJL finds inputs by the names of the signature.
      pair.get(0).setName("input");
      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
        float[] found = predictor.predict(new NDList(pair.get(0))).singletonOrThrow().toFloatArray();
        float[] expected = pair.get(1).toFloatArray();
        double worst = found.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < expected.length && i < found.length; i++) {
          worst = Math.max(worst, Math.abs(found[i] - expected[i]));
        }
        System.out.println(worst);
      }
    }
  }
}
