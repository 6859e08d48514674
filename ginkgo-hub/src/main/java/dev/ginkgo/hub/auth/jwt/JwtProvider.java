package dev.ginkgo.hub.auth.jwt;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.time.TimeSource;

/**
 * Creates the authenticator for JSON Web Tokens. Implementations are registered in {@code
 * META-INF/services/dev.ginkgo.hub.auth.jwt.JwtProvider}; they are loaded only if {@code [hub.auth.jwt]} is configured.
 */
public interface JwtProvider {
    /**
     * Creates an authenticator. Called at each start of the hub; does not read files or connect yet.
     *
     * @param timeSource the clock for the checks of {@code exp} and {@code nbf}
     */
    Authenticator create(JwtSettings settings, TimeSource timeSource);
}
