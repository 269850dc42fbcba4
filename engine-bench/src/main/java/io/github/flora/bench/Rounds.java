package io.github.flora.bench;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Message;
import io.github.flora.bench.measure.Prepared;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the grid: prepares the models, then lets a process of every engine, model and number
 * of threads take its turn, round after round, so that what the machine does meanwhile hits all.
 */
final class Rounds {

  private final Grid grid;
  private final Path work;
  private final Processes processes;
  private final Progress progress;
  private final Results results;

  Rounds(Grid grid, Path work, Processes processes, Progress progress) {
    this.grid = grid;
    this.work = work;
    this.processes = processes;
    this.progress = progress;
    this.results = new Results(work, grid.reference());
  }

  /** A process to be started in each round. */
  private record Turn(Contender contender, Grid.Subject subject, int threads) {
    String describe() {
      return "%s, %s, %d thread%s"
          .formatted(contender.label(), subject.name(), threads, threads == 1 ? "" : "s");
    }
  }

  Results results() {
    return results;
  }

  /**
   * Measures everything.
   *
   * @throws Processes.Stopped if the user stops it; what was measured is in the results
   */
  void run() throws IOException {
    List<Turn> turns = turns();
    for (Turn turn : turns) {
      for (int batch : grid.batches()) {
        results.expect(key(turn, batch));
      }
    }
    Map<Grid.Subject, Prepared> models = prepare();
    turns.removeIf(turn -> !models.containsKey(turn.subject()));
    for (int round = 0; round < grid.rounds(); round++) {
      for (Turn turn : order(turns, round)) {
        take(turn, models.get(turn.subject()), round);
      }
    }
  }

  private List<Turn> turns() {
    List<Turn> turns = new ArrayList<>();
    for (Grid.Subject subject : grid.subjects()) {
      for (int threads : grid.threads()) {
        for (Contender contender : grid.engines()) {
          turns.add(new Turn(contender, subject, threads));
        }
      }
    }
    return turns;
  }

  /** Another engine begins in every round. */
  private static List<Turn> order(List<Turn> turns, int round) {
    List<Turn> order = new ArrayList<>(turns);
    Collections.rotate(order, -round);
    return order;
  }

  private Row.Key key(Turn turn, int batch) {
    return new Row.Key(
        grid.task().id(), turn.contender().label(), turn.subject().name(), batch, turn.threads());
  }

  private Map<Grid.Subject, Prepared> prepare() throws IOException {
    Map<Grid.Subject, Prepared> models = new LinkedHashMap<>();
    int index = 0;
    progress.expect(grid.subjects().size(), turns().size() * grid.rounds());
    for (Grid.Subject subject : grid.subjects()) {
      progress.step("preparing " + subject.name());
      AtomicReference<@Nullable Prepared> prepared = new AtomicReference<>();
      String failure =
          processes.run(
              null,
              new Job(
                  new Job.Preparation(
                      subject.network(),
                      subject.path() == null
                          ? null
                          : subject.path().toAbsolutePath().normalize().toString(),
                      work.resolve("model-" + index++).toString(),
                      needs(Contender.Form.ONNX),
                      needs(Contender.Form.SAVED_MODEL),
                      Contender.PYTORCH.engine(),
                      grid.seed()),
                  null),
              message -> {
                if (message.prepared() != null) {
                  prepared.set(message.prepared());
                }
              });
      Prepared model = prepared.get();
      for (Turn turn : turns()) {
        if (turn.subject().equals(subject)) {
          check(turn, model, failure);
        }
      }
      if (model != null) {
        models.put(subject, model);
      }
    }
    return models;
  }

  private boolean needs(Contender.Form form) {
    return grid.engines().stream()
        .anyMatch(engine -> engine.form() == form && engine.can(grid.task()));
  }

  /** Settles what can't be measured before anything is. */
  private void check(Turn turn, @Nullable Prepared model, @Nullable String failure) {
    String reason =
        model == null
            ? failure
            : turn.contender().can(grid.task())
                ? model.missing(turn.contender())
                : turn.contender().label() + " can't train";
    for (int batch : grid.batches()) {
      if (reason != null) {
        results.fail(key(turn, batch), reason);
      }
      if (model != null) {
        results.classes(key(turn, batch), model.classes());
      }
    }
  }

  private void take(Turn turn, @Nullable Prepared model, int round) throws IOException {
    List<Integer> batches = new ArrayList<>(grid.batches());
    batches.removeIf(batch -> results.failed(key(turn, batch)));
    progress.step("round %d/%d  %s".formatted(round + 1, grid.rounds(), turn.describe()));
    if (batches.isEmpty() || model == null) {
      return;
    }
    Path data = grid.data();
    boolean first = round == 0;
    Job.Measuring job =
        new Job.Measuring(
            turn.contender(),
            grid.task(),
            model,
            batches,
            turn.threads(),
            grid.device(),
            grid.pace(),
            first ? results.answers(key(turn, 0)) : null,
            first && data != null && model.data() != null
                ? new Job.Data(model.data(), data.toAbsolutePath().toString())
                : null,
            grid.seed());
    AtomicReference<Message.@Nullable Loaded> loaded = new AtomicReference<>();
    String failure =
        processes.run(
            turn.contender(), new Job(null, job), message -> hear(turn, batches, loaded, message));
    if (failure != null) {
      for (int batch : batches) {
        if (!results.measured(key(turn, batch), round)) {
          results.fail(key(turn, batch), failure);
        }
      }
    }
  }

  private void hear(
      Turn turn,
      List<Integer> batches,
      AtomicReference<Message.@Nullable Loaded> loaded,
      Message message) {
    Message.Loaded ready = loaded.get();
    if (message.loaded() != null) {
      loaded.set(message.loaded());
    } else if (message.measured() != null && ready != null) {
      results.add(key(turn, message.measured().batch()), ready, message.measured());
    } else if (message.accuracy() != null) {
      batches.forEach(batch -> results.accuracy(key(turn, batch), message.accuracy()));
    } else if (message.failed() != null && message.failed().batch() != null) {
      results.fail(key(turn, message.failed().batch()), message.failed().reason());
    }
  }
}
