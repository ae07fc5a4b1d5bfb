package io.maru.client.netty;

import io.maru.client.engine.Loop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.cookie.ClientCookieDecoder;
import io.netty.handler.codec.http.cookie.ClientCookieEncoder;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.DefaultCookie;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The cookies of one server, so that a balancer that marks a session finds it again. Bounded; of too many the oldest goes.
 * Confined to the loop of its connection. All requests go to one host, so a cookie's domain does not matter; its path does.
 */
final class CookieJar {

    static final int MAX_COOKIES = 50;
    static final int MAX_LENGTH = 4096;

    private record Kept(String value, String path, boolean secure, long expires, boolean expiring) {}

    private final Loop loop;
    private final boolean secure;
    private final Map<String, Kept> cookies = new LinkedHashMap<>();

    CookieJar(Loop loop, boolean secure) {
        this.loop = loop;
        this.secure = secure;
    }

    /** Keeps what an answer sets. */
    void read(HttpHeaders answer) {
        for (String header : answer.getAll(HttpHeaderNames.SET_COOKIE)) {
            Cookie cookie = header.length() > MAX_LENGTH ? null : ClientCookieDecoder.LAX.decode(header);
            if (cookie == null || cookie.isSecure() && !secure) {
                continue;
            }
            cookies.remove(cookie.name());
            long age = cookie.maxAge();
            boolean expiring = age != Cookie.UNDEFINED_MAX_AGE;
            if (!expiring || age > 0) {
                long nanos = TimeUnit.SECONDS.toNanos(Math.min(age, TimeUnit.DAYS.toSeconds(365)));
                String path = cookie.path() == null || !cookie.path().startsWith("/") ? "/" : cookie.path();
                cookies.put(
                        cookie.name(),
                        new Kept(cookie.value(), path, cookie.isSecure(), loop.nanoTime() + nanos, expiring));
            }
            if (cookies.size() > MAX_COOKIES) {
                Iterator<String> oldest = cookies.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    /** Adds to a request what it is to bring back, behind what the application sends itself. */
    void write(String target, HttpHeaders request) {
        long now = loop.nanoTime();
        cookies.values().removeIf(kept -> kept.expiring && kept.expires - now <= 0);
        List<Cookie> sent = new ArrayList<>();
        cookies.forEach((name, kept) -> {
            if (matches(kept.path, target)) {
                sent.add(new DefaultCookie(name, kept.value));
            }
        });
        String header = ClientCookieEncoder.LAX.encode(sent);
        if (header != null) {
            String own = request.get(HttpHeaderNames.COOKIE);
            request.set(HttpHeaderNames.COOKIE, own == null ? header : own + "; " + header);
        }
    }

    // RFC 6265, section 5.1.4
    private static boolean matches(String path, String target) {
        int query = target.indexOf('?');
        String asked = query < 0 ? target : target.substring(0, query);
        return asked.equals(path)
                || asked.startsWith(path) && (path.endsWith("/") || asked.charAt(path.length()) == '/');
    }
}
