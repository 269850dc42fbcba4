/** A DJL program as its author would write it; names nothing of Flora but one jar in the pom. */
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
