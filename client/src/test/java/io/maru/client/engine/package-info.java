@NullMarked
package io.maru.client.engine;

import org.jspecify.annotations.NullMarked;
