/**
 * The load generator: one thread, many clients, every delivery checked. {@code Load} is its main class; it prints one line of
 * JSON.
 */
@NullMarked
package io.maru.benchmarks.load;

import org.jspecify.annotations.NullMarked;
