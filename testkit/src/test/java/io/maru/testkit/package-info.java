@NullMarked
package io.maru.testkit;

import org.jspecify.annotations.NullMarked;
