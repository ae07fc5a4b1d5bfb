/** Small programs to copy from; each {@code main} is one, and {@code install} is what its test runs. */
@NullMarked
package io.maru.examples;

import org.jspecify.annotations.NullMarked;
