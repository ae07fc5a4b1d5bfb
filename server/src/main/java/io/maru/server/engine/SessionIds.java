package io.maru.server.engine;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes ids that cannot be guessed. */
final class SessionIds {

    private static final int BYTES = 15;
    private static final int LONGEST = 256;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SessionIds() {}

    /** 20 characters of {@code A-Z a-z 0-9 _ -}, from 120 random bits. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether an id of the application's fits into a query and a cookie. */
    static boolean isUsable(String id) {
        return !id.isEmpty()
                && id.length() <= LONGEST
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\');
    }
}
