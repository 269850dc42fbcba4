/** Tests of what runs in a process of its own. */
@NullMarked
package io.github.flora.bench.measure;

import org.jspecify.annotations.NullMarked;
