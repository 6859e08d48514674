package dev.ginkgo.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import dev.ginkgo.hub.auth.AuthenticationException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a JWK set at a URL. They are fetched with the first token, again every five minutes, and for a token with an unknown
 * {@code kid}, but then at most twice in ten seconds. While the server does not respond, its last keys are used for four
 * hours. A key that is no longer in the set verifies nothing, and what it has verified is no longer valid. The times are
 * those of the library, on the clock of the system.
 */
final class RemoteKeys implements Keys {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int READ_TIMEOUT_MILLIS = 3_000;
    private static final int MAX_BYTES = 512 * 1024;
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(10);
    private static final Duration MAX_OUTAGE = Duration.ofHours(4);

    /** Selects every key. */
    private static final JWKSelector ALL = new JWKSelector(new JWKMatcher.Builder().build());

    private final JWKSource<SecurityContext> source;

    /** Thumbprints of the keys that were fetched last; null before the first token. */
    private volatile @Nullable Set<String> current;

    RemoteKeys(URI url) {
        this(url, TIME_TO_LIVE, REFRESH_TIMEOUT, MIN_INTERVAL);
    }

    RemoteKeys(URI url, Duration timeToLive, Duration refreshTimeout, Duration minInterval) {
        try {
            JWKSetSource<SecurityContext> fetched = new URLBasedJWKSetSource<>(
                    url.toURL(), new DefaultResourceRetriever(CONNECT_TIMEOUT_MILLIS, READ_TIMEOUT_MILLIS, MAX_BYTES));
            source = JWKSourceBuilder.create(new JWKSetSourceWrapper<>(fetched) {
                        @Override
                        public JWKSet getJWKSet(
                                JWKSetCacheRefreshEvaluator evaluator, long now, @Nullable SecurityContext context)
                                throws KeySourceException {
                            JWKSet set = getSource().getJWKSet(evaluator, now, context);
                            current = thumbprints(set);
                            return set;
                        }
                    })
                    .cache(timeToLive.toMillis(), refreshTimeout.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(minInterval.toMillis())
                    .retrying(true)
                    .outageTolerant(MAX_OUTAGE.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(url + " is not a URL", e);
        }
    }

    private static Set<String> thumbprints(JWKSet set) {
        try {
            Set<String> thumbprints = new HashSet<>();
            for (JWK key : set.getKeys()) {
                thumbprints.add(key.computeThumbprint().toString());
            }
            return Set.copyOf(thumbprints);
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Fetches the keys again if that is due, although no token needs them: those of open streams may have been removed. */
    @Override
    public void refresh() {
        if (current != null) {
            try {
                source.get(ALL, null);
            } catch (KeySourceException _) {
                // the last keys stay in use; a token that needs others is rejected with the reason
            }
        }
    }

    @Override
    public List<JWK> find(JWSHeader header) throws AuthenticationException {
        if (JWSAlgorithm.Family.HMAC_SHA.contains(header.getAlgorithm())) {
            return List.of(); // the library would fetch the keys again
        }
        try {
            return source.get(new JWKSelector(JWKMatcher.forJWSHeader(header)), null).stream()
                    .filter(RemoteKeys::isUsable)
                    .toList();
        } catch (KeySourceException e) {
            throw AuthenticationException.temporary(
                    "kid", "the keys that verify the token cannot be fetched now; try again later");
        }
    }

    private static boolean isUsable(JWK key) {
        return !key.getKeyType().equals(KeyType.OCT) && !(key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS);
    }

    @Override
    public boolean contains(String thumbprint) {
        Set<String> known = current;
        return known != null && known.contains(thumbprint);
    }
}
