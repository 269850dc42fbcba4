/**
 * A trained model over HTTP: the command {@code serve}, dynamic batching, metrics, a page. Stands
 * on top of the trainer; nothing knows of it.
 */
@NullMarked
package io.github.flora.server;

import org.jspecify.annotations.NullMarked;
