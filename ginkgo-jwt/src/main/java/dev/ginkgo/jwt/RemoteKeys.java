package dev.ginkgo.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import dev.ginkgo.hub.auth.AuthenticationException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keys of a JWK set at a URL. They are fetched with the first token, again every five minutes, and for a token with an unknown
 * {@code kid}, but then at most twice in ten seconds. While the server does not respond, its last keys are used for four
 * hours. The times are those of the library, on the clock of the system.
 */
final class RemoteKeys implements Keys {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int READ_TIMEOUT_MILLIS = 3_000;
    private static final int MAX_BYTES = 512 * 1024;
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(10);
    private static final Duration MAX_OUTAGE = Duration.ofHours(4);

    private final JWKSource<SecurityContext> source;

    /** Thumbprints of the keys that have verified a token. */
    private final Set<String> used = ConcurrentHashMap.newKeySet();

    RemoteKeys(URI url) {
        try {
            source = JWKSourceBuilder.create(
                            url.toURL(),
                            new DefaultResourceRetriever(CONNECT_TIMEOUT_MILLIS, READ_TIMEOUT_MILLIS, MAX_BYTES))
                    .cache(TIME_TO_LIVE.toMillis(), REFRESH_TIMEOUT.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(MIN_INTERVAL.toMillis())
                    .retrying(true)
                    .outageTolerant(MAX_OUTAGE.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(url + " is not a URL", e);
        }
    }

    @Override
    public void refresh() {
        // a token causes it
    }

    @Override
    public List<JWK> find(JWSHeader header) throws AuthenticationException {
        try {
            List<JWK> keys = source.get(new JWKSelector(JWKMatcher.forJWSHeader(header)), null).stream()
                    .filter(RemoteKeys::isUsable)
                    .toList();
            for (JWK key : keys) {
                used.add(key.computeThumbprint().toString());
            }
            return keys;
        } catch (KeySourceException e) {
            throw AuthenticationException.temporary(
                    "kid", "the keys that verify the token cannot be fetched now; try again later");
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static boolean isUsable(JWK key) {
        return !key.getKeyType().equals(KeyType.OCT) && !(key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS);
    }

    @Override
    public boolean contains(String thumbprint) {
        return used.contains(thumbprint);
    }
}
