package io.github.flora.data;

import java.nio.file.Path;

/** A published data set of small images in a few files, which DJL's repository has, too. */
interface FileSource {

  /** What users call it. */
  String name();

  /** What its authors call it. */
  String title();

  /** Its name in DJL's repository. */
  String artifactId();

  /** What to do where the files can't be had, the end of many a message. */
  String wayOut();

  /** Whether any of the files lies in a folder. */
  boolean isIn(Path folder);

  /**
   * Reads the files.
   *
   * @param folder where they lie, under any of their usual names
   * @param origin goes into the data set
   * @param published whether the content has to be the published one
   * @throws DataException if a file is missing or broken
   */
  ImageDataset read(Path folder, String origin, boolean published) throws DataException;
}
