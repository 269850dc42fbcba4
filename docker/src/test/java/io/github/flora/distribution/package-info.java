@NullMarked
package io.github.flora.distribution;

import org.jspecify.annotations.NullMarked;
