/** What Maru costs, and what other servers cost. */
@NullMarked
package io.maru.benchmarks;

import org.jspecify.annotations.NullMarked;
