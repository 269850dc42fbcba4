package io.github.flora.trainer.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run in a {@link RunsTable}, everything as it is to be shown. The maps are copied and keep their
 * order, so hand over ones that have an order.
 *
 * @param name the run's name
 * @param settings what was chosen: engine, data source, hyperparameters
 * @param results what came out: test accuracy, best epoch, images per second
 */
public record RunRow(String name, Map<String, String> settings, Map<String, String> results) {

  /** Copies the maps. */
  public RunRow {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
  }
}
