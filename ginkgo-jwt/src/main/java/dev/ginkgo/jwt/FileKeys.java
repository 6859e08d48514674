package dev.ginkgo.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import dev.ginkgo.hub.auth.WatchedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keys in a file: a JWK set (RFC 7517), or PEM with public keys or certificates. Symmetric keys are not used: who verifies
 * with one could sign with it, and the file is treated as public.
 */
final class FileKeys implements Keys {
    private final WatchedFile file;
    private volatile Content content = new Content(new JWKSet(), Set.of());

    private record Content(JWKSet keys, Set<String> thumbprints) {}

    FileKeys(Path path) {
        this.file = new WatchedFile(path);
    }

    @Override
    public void refresh() throws IOException {
        Optional<byte[]> changed = file.readIfChanged();
        if (changed.isPresent()) {
            content = parse(new String(changed.get(), StandardCharsets.UTF_8));
        }
    }

    private Content parse(String text) throws IOException {
        try {
            List<JWK> keys = text.contains("-----BEGIN ")
                    ? PemKeys.parse(text)
                    : JWKSet.parse(text).toPublicJWKSet().getKeys();
            Set<String> thumbprints = new HashSet<>();
            for (JWK key : keys) {
                if (key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS) {
                    throw new IOException(file.path() + ": an RSA key has " + rsa.size() + " bits; at least "
                            + MIN_RSA_BITS + " are required");
                }
                thumbprints.add(key.computeThumbprint().toString());
            }
            if (keys.stream().allMatch(key -> key.getKeyType().equals(KeyType.OCT))) {
                throw new IOException(file.path()
                        + " contains no public key; it must be a JWK set or PEM with public keys" + " or certificates");
            }
            return new Content(new JWKSet(keys), thumbprints);
        } catch (ParseException | JOSEException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    file.path() + " is neither a JWK set nor PEM with public keys or certificates: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public List<JWK> find(JWSHeader header) {
        JWKMatcher matcher = JWKMatcher.forJWSHeader(
                new JWSHeader.Builder(header).keyID(null).build());
        return new JWKSelector(matcher)
                .select(content.keys).stream()
                        .filter(key -> !key.getKeyType().equals(KeyType.OCT))
                        .filter(key -> header.getKeyID() == null
                                || key.getKeyID() == null // of PEM, for example
                                || key.getKeyID().equals(header.getKeyID()))
                        .toList();
    }

    @Override
    public boolean contains(String thumbprint) {
        return content.thumbprints.contains(thumbprint);
    }
}
