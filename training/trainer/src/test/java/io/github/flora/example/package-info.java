/** Programs as a user would write them, run by the tests and shown in the README. */
@NullMarked
package io.github.flora.example;

import org.jspecify.annotations.NullMarked;
