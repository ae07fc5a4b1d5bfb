@NullMarked
package io.maru.client.netty;

import org.jspecify.annotations.NullMarked;
