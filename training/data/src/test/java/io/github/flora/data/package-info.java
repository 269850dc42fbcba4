/** Tests of the data sets; no network but the loopback. */
@NullMarked
package io.github.flora.data;

import org.jspecify.annotations.NullMarked;
