package io.maru.server.netty;

import io.maru.server.netty.NetworkOptions.Tls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import org.jspecify.annotations.Nullable;

/** The certificates of a server, as they were read last. Safe for all threads. */
final class Certificates {

    /** The most that a client may say before it is chosen which certificate it gets. */
    private static final int MAX_HELLO = 16 * 1024;

    /** What new connections get: one certificate for all, or one by the name that the client asks for. */
    private record Loaded(SslContext main, @Nullable Mapping<String, SslContext> byName) {}

    private final Tls options;
    private volatile Loaded loaded;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when one cannot be used
     */
    Certificates(Tls options) {
        this.options = options;
        loaded = load(options);
    }

    /**
     * Reads them again, for connections to come.
     *
     * @throws IllegalArgumentException when one cannot be used; those that were read before stay
     */
    void reload() {
        loaded = load(options);
    }

    /** What encrypts a connection. */
    ChannelHandler newHandler(ByteBufAllocator allocator) {
        Loaded now = loaded;
        Mapping<String, SslContext> byName = now.byName;
        // the time of a handshake is limited by that of the first request's headers
        return byName == null ? now.main.newHandler(allocator) : new SniHandler(byName, MAX_HELLO, 0);
    }

    private static Loaded load(Tls options) {
        SslContext main = context(options, options.certificateChain(), options.privateKey());
        if (options.hosts().isEmpty()) {
            return new Loaded(main, null);
        }
        DomainWildcardMappingBuilder<SslContext> byName = new DomainWildcardMappingBuilder<>(main);
        for (Tls.Host host : options.hosts()) {
            byName.add(host.name(), context(options, host.certificateChain(), host.privateKey()));
        }
        return new Loaded(main, byName.build());
    }

    private static SslContext context(Tls options, Path chain, Path key) {
        Path authorities = options.clientAuthorities();
        try {
            Pem.requirePair(chain, key);
            SslContextBuilder builder =
                    SslContextBuilder.forServer(chain.toFile(), key.toFile()).protocols(options.protocols());
            if (authorities != null) {
                builder.trustManager(authorities.toFile())
                        .clientAuth(options.clientRequired() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            }
            return builder.build();
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a certificate and its key in PEM expected: " + chain + ", " + key
                            + (authorities == null ? "" : "; and certificates of authorities: " + authorities),
                    e);
        }
    }

    /** Netty's readers of PEM files, which it has for subclasses. */
    private abstract static class Pem extends DelegatingSslContext {
        @SuppressWarnings("UnusedMethod") // there is none of these
        private Pem(SslContext context) {
            super(context);
        }

        /**
         * Makes sure that a key is that of a certificate, which the JDK does not: of two files that are renewed one after
         * the other, one may be old.
         */
        static void requirePair(Path chain, Path key) throws GeneralSecurityException, IOException {
            byte[] signer = toPrivateKey(key.toFile(), null).getEncoded();
            PublicKey verifier = toX509Certificates(chain.toFile())[0].getPublicKey();
            String algorithm = switch (verifier.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                case "EdDSA" -> "EdDSA";
                default -> null; // of others nobody knows here how they sign
            };
            if (algorithm == null) {
                return;
            }
            byte[] anything = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            // from whatever provider it was read by
            signature.initSign(
                    KeyFactory.getInstance(verifier.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(signer)));
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(verifier);
            signature.update(anything);
            if (!signature.verify(signed)) {
                throw new IllegalArgumentException("the key is not that of the certificate");
            }
        }
    }
}
