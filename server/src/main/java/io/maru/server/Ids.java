package io.maru.server;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes ids that cannot be guessed: 20 characters of base64url, 120 random bits. */
final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    static String next() {
        byte[] bytes = new byte[15];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
