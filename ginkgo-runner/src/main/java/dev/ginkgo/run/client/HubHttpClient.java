package dev.ginkgo.run.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** HTTP client for a hub: connection settings, and the headers that all requests share. */
public final class HubHttpClient implements AutoCloseable {
    private static final String TOKEN_VARIABLE = "GINKGO_TOKEN";

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final Optional<String> token;

    /**
     * @param tokenFile file that holds the bearer token; if null, the token is that of the environment
     * @param authorities PEM file with the certificates to trust, or null for those of the JDK
     * @param environment environment variables, of which {@value #TOKEN_VARIABLE} may hold the token
     * @throws FatalException if a file cannot be read or does not hold what it should
     */
    public HubHttpClient(@Nullable Path tokenFile, @Nullable Path authorities, Map<String, String> environment) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // HTTP_2 would add an upgrade header to the first request
                .connectTimeout(CONNECT_TIMEOUT);
        if (authorities != null) {
            builder.sslContext(TrustedCertificates.read(authorities));
        }
        client = builder.build();
        token = tokenFile == null
                ? Optional.ofNullable(environment.get(TOKEN_VARIABLE))
                        .filter(text -> !text.isBlank())
                        .map(text -> requireToken(TOKEN_VARIABLE, text.strip()))
                : Optional.of(read(tokenFile));
    }

    HttpClient client() {
        return client;
    }

    HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "ginkgo");
        token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
        return request;
    }

    /** Aborts requests in progress. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private static String read(Path file) {
        try {
            return requireToken(file.toString(), Files.readString(file).strip());
        } catch (IOException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + file + ": " + e.getMessage());
        }
    }

    private static String requireToken(String source, String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new FatalException(
                    ClientExitCode.NO_INPUT, source + " does not hold a token: expected one word of printable ASCII");
        }
        return text;
    }
}
