package io.maru.client.netty;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust, and who one is. Nothing set: whom the JDK trusts.
 *
 * @param context the JDK's own way of saying it, instead of the files; or null
 * @param trusted certificates to trust instead of the JDK's, a PEM file; or null
 * @param chain the client's certificate, a PEM file; or null
 * @param key its key, PKCS#8 in PEM, without a password; or null
 * @param verifyHostname whether the certificate has to be for the server's name
 */
public record TlsOptions(
        @Nullable SSLContext context,
        @Nullable Path trusted,
        @Nullable Path chain,
        @Nullable Path key,
        boolean verifyHostname) {

    /** Whom the JDK trusts, for the name of the server. */
    public static final TlsOptions DEFAULTS = new TlsOptions(null, null, null, null, true);

    /** Refuses what contradicts itself. */
    public TlsOptions {
        if (context != null && (trusted != null || chain != null)) {
            throw new IllegalArgumentException("an SSLContext or PEM files expected, not both");
        }
        if ((chain == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key expected");
        }
    }

    SslContext newContext() {
        if (context != null) {
            return new JdkSslContext(
                    context,
                    true,
                    null,
                    IdentityCipherSuiteFilter.INSTANCE,
                    ApplicationProtocolConfig.DISABLED,
                    ClientAuth.NONE,
                    null,
                    false);
        }
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (trusted != null) {
            builder.trustManager(trusted.toFile());
        }
        if (chain != null && key != null) {
            builder.keyManager(chain.toFile(), key.toFile());
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("certificates and keys in PEM files expected: " + e.getMessage(), e);
        }
    }
}
