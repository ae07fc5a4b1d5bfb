@NullMarked
package io.maru.examples;

import org.jspecify.annotations.NullMarked;
