package dev.ginkgo.jwt;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.jwt.JwtProvider;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;

/** Creates the authenticator for JSON Web Tokens. */
public final class NimbusJwtProvider implements JwtProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public NimbusJwtProvider() {}

    @Override
    public Authenticator create(JwtSettings settings, TimeSource timeSource) {
        List<Keys> keys = new ArrayList<>();
        settings.keys().ifPresent(file -> keys.add(new FileKeys(file)));
        settings.keysUrl().ifPresent(url -> keys.add(new RemoteKeys(url)));
        keys.add(new SecretKeys(settings.secret()));
        return new JwtAuthenticator(settings, keys, timeSource, VerificationLimit.ofProcessors());
    }
}
