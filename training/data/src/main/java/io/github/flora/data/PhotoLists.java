package io.github.flora.data;

import io.github.flora.data.Photo.Part;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds labelled photographs of one's own: in folders, {@code <class>/…} or {@code
 * train/<class>/…}, {@code val/<class>/…} and {@code test/<class>/…}; or in a CSV file.
 */
final class PhotoLists {

  private static final Map<String, Part> PARTS =
      Map.of(
          "train", Part.TRAIN,
          "training", Part.TRAIN,
          "val", Part.VALIDATION,
          "valid", Part.VALIDATION,
          "validation", Part.VALIDATION,
          "test", Part.TEST,
          "testing", Part.TEST);

  private static final List<String> PATH_COLUMNS = List.of("path", "file", "filename", "image");
  private static final List<String> LABEL_COLUMNS = List.of("label", "class", "category");
  private static final List<String> PART_COLUMNS = List.of("split", "part", "set", "subset");

  private PhotoLists() {}

  /**
   * Finds photographs.
   *
   * @param place a folder or a CSV file
   * @return the files in a fixed order
   * @throws DataException if there are none, or the file isn't such a list
   */
  static List<Photo> of(Path place) throws DataException {
    return Files.isDirectory(place) ? inFolder(place) : inTable(place);
  }

  private static List<Photo> inFolder(Path folder) throws DataException {
    List<Photo> photos = new ArrayList<>();
    List<Path> folders = folders(folder);
    boolean split = folders.stream().anyMatch(child -> part(child) == Part.TRAIN);
    for (Path child : folders) {
      if (!split) {
        addClass(photos, child, null);
      } else if (part(child) != null) {
        for (Path own : folders(child)) {
          addClass(photos, own, part(child));
        }
      }
    }
    if (photos.isEmpty()) {
      throw new DataException(
          "%s has no folders with images in them: make a folder per class, or train/, val/ and"
                  .formatted(folder)
              + " test/ with a folder per class in each");
    }
    return photos;
  }

  private static @Nullable Part part(Path folder) {
    return PARTS.get(String.valueOf(folder.getFileName()).toLowerCase(Locale.ROOT));
  }

  private static List<Path> folders(Path folder) throws DataException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(Files::isDirectory)
          .filter(child -> !String.valueOf(child.getFileName()).startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("%s can't be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static void addClass(List<Photo> photos, Path folder, @Nullable Part part)
      throws DataException {
    String label = String.valueOf(folder.getFileName());
    for (Path file : ImageFiles.find(folder)) {
      photos.add(new Photo(file, label, part));
    }
  }

  private static List<Photo> inTable(Path table) throws DataException {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreHeaderCase(true)
            .setIgnoreSurroundingSpaces(true)
            .setIgnoreEmptyLines(true)
            .build();
    try (Reader reader = Files.newBufferedReader(table, StandardCharsets.UTF_8);
        CSVParser rows = CSVParser.parse(reader, format)) {
      String path = column(rows, PATH_COLUMNS);
      String label = column(rows, LABEL_COLUMNS);
      String part = column(rows, PART_COLUMNS);
      if (path == null || label == null) {
        throw new DataException(
            "%s: its first line has to name a column 'path' and a column 'label' ('split' may"
                    .formatted(table)
                + " follow), not "
                + String.join(", ", rows.getHeaderNames()));
      }
      List<Photo> photos = new ArrayList<>();
      for (CSVRecord row : rows) {
        photos.add(photo(table, row, path, label, part));
      }
      if (photos.isEmpty()) {
        throw new DataException(table + " lists no images");
      }
      return photos;
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DataException(
          "%s can't be read as a CSV file of paths and labels: %s".formatted(table, e.getMessage()),
          e);
    }
  }

  private static @Nullable String column(CSVParser rows, List<String> names) {
    return rows.getHeaderNames().stream()
        .filter(header -> names.contains(header.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElse(null);
  }

  private static Photo photo(
      Path table, CSVRecord row, String path, String label, @Nullable String part)
      throws DataException {
    if (!row.isConsistent()) {
      throw new DataException(
          "%s: line %d hasn't as many fields as the first"
              .formatted(table, row.getParser().getCurrentLineNumber()));
    }
    String said = part == null ? "" : row.get(part).toLowerCase(Locale.ROOT);
    if (!said.isEmpty() && !PARTS.containsKey(said)) {
      throw new DataException(
          "%s: '%s' in column %s isn't train, val or test".formatted(table, said, part));
    }
    if (row.get(label).isEmpty()) {
      throw new DataException("%s: %s has no label".formatted(table, row.get(path)));
    }
    try {
      Path file = table.resolveSibling(row.get(path));
      return new Photo(file, row.get(label), said.isEmpty() ? null : PARTS.get(said));
    } catch (InvalidPathException e) {
      throw new DataException("%s: '%s' is no path".formatted(table, row.get(path)), e);
    }
  }
}
