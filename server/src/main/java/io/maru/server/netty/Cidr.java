package io.maru.server.netty;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A network, or a single address; of IPv4 or IPv6. */
final class Cidr {

    // before an address of IPv4 that is written as one of IPv6
    private static final int MAPPED_BITS = 96;

    private final byte[] address;
    private final int bits;

    private Cidr(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /** Reads an address, or an address and the number of its bits that count. */
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress ip = address(slash < 0 ? text : text.substring(0, slash));
        if (ip != null) {
            byte[] address = ip.getAddress();
            int most = 8 * address.length;
            int before = address.length == 4 && text.indexOf(':') >= 0 ? MAPPED_BITS : 0;
            String number = slash < 0 ? "" + (most + before) : text.substring(slash + 1);
            int bits = number.matches("\\d{1,3}") ? Integer.parseInt(number) - before : -1;
            if (bits >= 0 && bits <= most) {
                return new Cidr(address, bits);
            }
        }
        throw new IllegalArgumentException("an address or a network such as 10.0.0.0/8 expected: " + text);
    }

    /** An IP address, which is never looked up; null for anything else. One of IPv4 in IPv6's clothes is one of IPv4. */
    static @Nullable InetAddress address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // which has 4 or 16 bytes
        }
    }

    boolean contains(InetAddress ip) {
        byte[] other = ip.getAddress();
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (other[i] != address[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (other[whole] ^ address[whole]) >> (8 - rest) == 0;
    }
}
