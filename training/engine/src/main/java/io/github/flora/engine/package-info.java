/**
 * Chooses the DJL engine and the device, and names what training asks of an engine beyond DJL's own
 * interfaces. Engine-neutral: an engine's side of it lives in that engine's module and is found
 * with {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.github.flora.engine;

import org.jspecify.annotations.NullMarked;
