/** The network of the client: WebSockets and HTTP by Netty. The only package that knows Netty's channels. */
@NullMarked
package io.maru.client.netty;

import org.jspecify.annotations.NullMarked;
