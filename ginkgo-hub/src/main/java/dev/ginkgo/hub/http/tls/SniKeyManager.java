package dev.ginkgo.hub.http.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Selects the certificate for a connection by the server name that the client requests (SNI, RFC 6066, section 3): those
 * with exactly this name, else those with a wildcard for it, else the first one. Of these, one whose key the client
 * supports. The alias of a certificate is its number. Thread-safe.
 */
final class SniKeyManager extends X509ExtendedKeyManager {
    private final List<Identity> identities;

    SniKeyManager(List<Identity> identities) {
        this.identities = List.copyOf(identities);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String requested = requestedName(engine);
        for (int number : candidates(requested)) {
            if (identities.get(number).key().getAlgorithm().equals(keyType)) {
                return Integer.toString(number);
            }
        }
        return null;
    }

    private int[] candidates(@Nullable String requested) {
        if (requested != null) {
            int dot = requested.indexOf('.');
            String wildcard = dot < 0 ? "*" : "*" + requested.substring(dot);
            for (String name : new String[] {requested, wildcard}) {
                int[] matching = numbers(identity -> identity.names().contains(name));
                if (matching.length > 0) {
                    return matching;
                }
            }
        }
        return new int[] {0};
    }

    private int[] numbers(Predicate<Identity> test) {
        return IntStream.range(0, identities.size())
                .filter(number -> test.test(identities.get(number)))
                .toArray();
    }

    private static @Nullable String requestedName(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName each : session.getRequestedServerNames()) {
                if (each instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return identities.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return identities.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return IntStream.of(numbers(identity -> identity.key().getAlgorithm().equals(keyType)))
                .mapToObj(Integer::toString)
                .toArray(String[]::new);
    }

    // The hub accepts connections with an SSLEngine only.

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }
}
