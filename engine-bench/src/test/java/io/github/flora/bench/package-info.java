/** Tests of the command {@code bench}. */
@NullMarked
package io.github.flora.bench;

import org.jspecify.annotations.NullMarked;
