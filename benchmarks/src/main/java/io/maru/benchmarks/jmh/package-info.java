/** What the parts of Maru cost, by JMH: codecs, frames, rooms. {@code benchmarks/jmh} runs it. */
@NullMarked
package io.maru.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
