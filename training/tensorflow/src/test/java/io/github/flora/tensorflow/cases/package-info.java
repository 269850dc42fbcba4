/**
 * The operations of the engine as data: what each is called with, and what its value and gradient
 * are compared with. Nothing here knows how the engine works; everything goes through DJL's
 * interfaces.
 */
@NullMarked
package io.github.flora.tensorflow.cases;

import org.jspecify.annotations.NullMarked;
