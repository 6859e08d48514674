package dev.ginkgo.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import dev.ginkgo.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The secret for HMAC. It verifies no other algorithm, and no other key verifies HMAC. */
final class SecretKeys implements Keys {
    static final int MIN_BYTES = 32;

    private final Supplier<Optional<Secret>> secret;
    private volatile @Nullable Content content;

    private record Content(Secret secret, JWK key, String thumbprint) {}

    SecretKeys(Supplier<Optional<Secret>> secret) {
        this.secret = secret;
    }

    @Override
    public void refresh() throws JOSEException {
        Secret current = secret.get().orElse(null);
        Content known = content;
        if (current == null) {
            content = null;
        } else if (known == null || !known.secret.equals(current)) {
            byte[] bytes = current.reveal().getBytes(StandardCharsets.UTF_8);
            if (bytes.length < MIN_BYTES) {
                throw new IllegalStateException("jwt.secret has " + bytes.length + " bytes; at least " + MIN_BYTES
                        + " are required, best random ones: openssl rand -base64 48");
            }
            JWK key = new OctetSequenceKey.Builder(bytes).build();
            content = new Content(current, key, key.computeThumbprint().toString());
        }
    }

    @Override
    public List<JWK> find(JWSHeader header) {
        Content current = content;
        return current != null && JWSAlgorithm.Family.HMAC_SHA.contains(header.getAlgorithm())
                ? List.of(current.key)
                : List.of();
    }

    @Override
    public boolean contains(String thumbprint) {
        Content current = content;
        return current != null && current.thumbprint.equals(thumbprint);
    }
}
