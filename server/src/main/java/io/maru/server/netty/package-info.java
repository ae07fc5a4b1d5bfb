/** The network, by Netty: the only package that knows of its channels. */
@NullMarked
package io.maru.server.netty;

import org.jspecify.annotations.NullMarked;
