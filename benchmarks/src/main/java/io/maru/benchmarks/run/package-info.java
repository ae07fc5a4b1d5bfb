/** Measures servers one against the other, and Maru as it grows; writes the page on it. {@code Run} is its main class. */
@NullMarked
package io.maru.benchmarks.run;

import org.jspecify.annotations.NullMarked;
