package io.maru.client.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks4ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import java.net.InetSocketAddress;

/** What speaks to proxies: a library that is there only where it is wanted. */
final class Proxies {

    private Proxies() {}

    static void requireLibrary() {
        try {
            Class.forName("io.netty.handler.proxy.ProxyHandler", false, Proxies.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("a proxy needs io.netty:netty-handler-proxy on the class path", e);
        }
    }

    static ChannelHandler handler(ProxyOptions proxy, InetSocketAddress address, long timeoutMillis) {
        String username = proxy.username();
        String password = proxy.password() == null ? "" : proxy.password();
        ProxyHandler handler = switch (proxy.kind()) {
            case HTTP ->
                username == null ? new HttpProxyHandler(address) : new HttpProxyHandler(address, username, password);
            case SOCKS5 ->
                username == null
                        ? new Socks5ProxyHandler(address)
                        : new Socks5ProxyHandler(address, username, password);
            case SOCKS4 -> new Socks4ProxyHandler(address, username);
        };
        handler.setConnectTimeoutMillis(timeoutMillis);
        return handler;
    }
}
