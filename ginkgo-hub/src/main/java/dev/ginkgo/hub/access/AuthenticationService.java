package dev.ginkgo.hub.access;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Snapshot;
import dev.ginkgo.config.Secret;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.jwt.JwtProvider;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.hub.auth.tokens.UsersFileAuthenticator;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Authentication of the hub's clients: {@code [hub.auth]}. Without any of its settings the hub has no authentication, and
 * this service does nothing.
 */
public final class AuthenticationService extends Service {
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(1);
    private static final List<String> ALGORITHMS = List.of(
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384",
            "HS512");

    private final Setting<Optional<Path>> usersFile = optional("users-file", Path.class)
            .restartRequired()
            .help(
                    "TOML file with the users: hashes of tokens, subjects of certificates, and grants; read when it changes");

    private final Setting<List<String>> anonymousPublish = list("anonymous.publish", String.class)
            .check(
                    AuthenticationService::areChannels,
                    "is not a list of channel names and patterns such as \"/room/>\"")
            .restartRequired()
            .help("Channels that clients without credentials may publish to");

    private final Setting<List<String>> anonymousSubscribe = list("anonymous.subscribe", String.class)
            .check(
                    AuthenticationService::areChannels,
                    "is not a list of channel names and patterns such as \"/room/>\"")
            .restartRequired()
            .help("Channels that clients without credentials may subscribe to");

    private final Setting<Optional<Path>> keys = optional("jwt.keys", Path.class)
            .restartRequired()
            .help("File with the keys of JSON Web Tokens: a JWK set or PEM; read when it changes");

    private final Setting<Optional<String>> keysUrl = optional("jwt.keys-url", String.class)
            .check(
                    url -> url.isEmpty() || isKeysUrl(url.get()),
                    "is not an https:// URL, or http:// to this machine; keys from elsewhere could be replaced on the way")
            .restartRequired()
            .help("URL of the JWK set with the keys of JSON Web Tokens");

    private final Setting<Optional<Secret>> secret = optional("jwt.secret", Secret.class)
            .secret()
            .help("Secret of JSON Web Tokens with HS256, HS384 or HS512, of at least 32 bytes");

    private final Setting<Optional<String>> issuer = optional("jwt.issuer", String.class)
            .restartRequired()
            .help("The iss that a JSON Web Token must have; not checked if empty");

    private final Setting<List<String>> audience = list("jwt.audience", String.class)
            .restartRequired()
            .help("Names of this hub, of which one must be in the aud of a JSON Web Token");

    private final Setting<List<String>> algorithms = setting(
                    "jwt.algorithms", List.of("RS256", "PS256", "ES256", "EdDSA", "HS256"))
            .check(
                    names -> !names.isEmpty() && ALGORITHMS.containsAll(names),
                    "is not a list of algorithms such as \"RS256\"; known are " + String.join(", ", ALGORITHMS))
            .restartRequired()
            .help("Accepted signature algorithms of JSON Web Tokens");

    private final Setting<Duration> leeway = setting("jwt.leeway", Duration.ofSeconds(30))
            .between(Duration.ZERO, Duration.ofMinutes(5))
            .restartRequired()
            .help("Tolerance for the times in JSON Web Tokens, because clocks differ");

    private final Setting<Duration> authenticatorTimeout = setting("authenticator-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Maximum time in which an authenticator of the program must verify credentials");

    private final Setting<Integer> authenticatorMaxCalls = setting("authenticator-max-calls", 100)
            .between(1, 100_000)
            .help("Maximum number of credentials that it verifies at the same time; others wait");

    private final ClassLoader classLoader = classLoader();
    private final List<Authenticator> own = new CopyOnWriteArrayList<>();
    private volatile @Nullable AccessControl accessControl;

    /** Adds an authenticator of the program. Called before the start. */
    public void add(Authenticator authenticator) {
        own.add(authenticator);
    }

    /** Returns whether clients are authenticated, or have grants, with the given settings. */
    public boolean isConfigured(Snapshot all) {
        return !own.isEmpty()
                || all.get(usersFile).isPresent()
                || hasJwt(all)
                || !all.get(anonymousPublish).isEmpty()
                || !all.get(anonymousSubscribe).isEmpty();
    }

    private boolean hasJwt(Snapshot all) {
        return all.get(keys).isPresent()
                || all.get(keysUrl).isPresent()
                || all.get(secret).isPresent();
    }

    /** Returns the access control of the current run; empty if the hub has no authentication. */
    public Optional<AccessControl> accessControl() {
        return Optional.ofNullable(accessControl);
    }

    @Override
    protected void onStart() throws Exception {
        accessControl = null;
        Snapshot all = snapshot();
        if (!isConfigured(all)) {
            return;
        }
        List<Authenticator> authenticators = new ArrayList<>();
        usersFile.get().map(UsersFileAuthenticator::new).ifPresent(authenticators::add);
        if (hasJwt(all)) {
            authenticators.add(jwtProvider().create(jwtSettings(), time()));
        }
        for (Authenticator each : own) {
            authenticators.add(new BoundedAuthenticator(
                    each,
                    task -> spawn("authenticator", task::run),
                    authenticatorTimeout,
                    authenticatorMaxCalls,
                    time()));
        }
        for (Authenticator each : authenticators) {
            each.refresh();
        }
        Grant anonymous = Grant.of(anonymousPublish.get(), anonymousSubscribe.get(), false);
        accessControl = new AccessControl(authenticators, anonymous, time(), new SecureRandom());
        for (Authenticator each : authenticators) { // a task for each: one that blocks delays no other
            AtomicReference<String> lastFailure = new AtomicReference<>("");
            every("refresh", REFRESH_INTERVAL, () -> refresh(each, lastFailure));
        }
    }

    /**
     * @param lastFailure the last failure of the authenticator, which is logged once
     */
    private void refresh(Authenticator authenticator, AtomicReference<String> lastFailure) throws InterruptedException {
        String failure = "";
        try {
            authenticator.refresh();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            failure = String.valueOf(e.getMessage());
        }
        if (!failure.equals(lastFailure.getAndSet(failure)) && !failure.isEmpty()) {
            log.error("cannot read credentials; the previous ones stay in use: {}", failure);
        }
    }

    private JwtSettings jwtSettings() {
        return new JwtSettings(
                keys.get(),
                keysUrl.get().map(URI::create),
                secret,
                issuer.get(),
                audience.get(),
                Set.copyOf(algorithms.get()),
                leeway.get());
    }

    private JwtProvider jwtProvider() {
        return ServiceLoader.load(JwtProvider.class, classLoader)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("[" + status().path().replace('/', '.')
                                + ".jwt] needs the artifact dev.ginkgo:ginkgo-jwt: add it to"
                                + " the class path, or put its jars into engines/jwt of the distribution"));
    }

    /** The loader of the program, which has the jars of the engines. */
    private static ClassLoader classLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? AuthenticationService.class.getClassLoader() : context;
    }

    private static boolean areChannels(List<String> names) {
        try {
            Grant.of(names, List.of(), false);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isKeysUrl(String text) {
        try {
            URI url = URI.create(text);
            String host = url.getHost();
            return host != null
                    && ("https".equals(url.getScheme())
                            || ("http".equals(url.getScheme())
                                    && (host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]"))));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
