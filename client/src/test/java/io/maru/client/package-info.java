@NullMarked
package io.maru.client;

import org.jspecify.annotations.NullMarked;
