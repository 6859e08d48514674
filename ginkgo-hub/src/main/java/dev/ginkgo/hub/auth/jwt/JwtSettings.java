package dev.ginkgo.hub.auth.jwt;

import dev.ginkgo.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Settings of {@code [hub.auth.jwt]}.
 *
 * @param keys file with the keys: a JWK set, or PEM with public keys or certificates
 * @param keysUrl URL of a JWK set
 * @param secret returns the current secret for HS256, HS384 and HS512
 * @param issuer the required {@code iss}; if empty, it is not checked
 * @param audience accepted values of {@code aud}, of which a token must have one; if empty, a token with an {@code aud} is
 *     rejected
 * @param algorithms accepted signature algorithms, by their JWA names
 * @param leeway tolerance for {@code exp} and {@code nbf}, because clocks differ
 */
public record JwtSettings(
        Optional<Path> keys,
        Optional<URI> keysUrl,
        Supplier<Optional<Secret>> secret,
        Optional<String> issuer,
        List<String> audience,
        Set<String> algorithms,
        Duration leeway) {

    public JwtSettings {
        audience = List.copyOf(audience);
        algorithms = Set.copyOf(algorithms);
    }
}
