@NullMarked
package io.github.flora.server;

import org.jspecify.annotations.NullMarked;
