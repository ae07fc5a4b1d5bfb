package io.maru.client.netty;

import io.maru.client.engine.HttpCalls;
import io.maru.client.engine.Network;
import io.maru.client.engine.WebSocketChannel;
import io.maru.client.engine.WebSocketListener;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.concurrent.Executor;

/** One server, on one loop. Its cookies outlive connections. */
final class NettyNetwork implements Network {

    private final NettyLoop loop;
    private final NetworkOptions options;
    private final Connector connector;
    private final CookieJar cookies;

    NettyNetwork(NettyLoop loop, Executor lookups, NetworkOptions options) {
        this.loop = loop;
        this.options = options;
        this.connector = new Connector(loop, lookups, options);
        this.cookies = new CookieJar(loop, options.secure());
    }

    @Override
    public WebSocketChannel webSocket(String target, List<String> subprotocols, WebSocketListener listener) {
        return new WebSocketHandler(this, target, subprotocols, listener);
    }

    @Override
    public HttpCalls http() {
        return new HttpConnections(this);
    }

    NettyLoop loop() {
        return loop;
    }

    NetworkOptions options() {
        return options;
    }

    Connector connector() {
        return connector;
    }

    /** The headers of the application, and the cookies. */
    void addHeaders(String target, HttpHeaders request) {
        options.headers().forEach(request::set);
        if (options.cookies()) {
            cookies.write(target, request);
        }
    }

    /** Keeps the cookies of an answer. */
    void readHeaders(HttpHeaders answer) {
        if (options.cookies()) {
            cookies.read(answer);
        }
    }
}
