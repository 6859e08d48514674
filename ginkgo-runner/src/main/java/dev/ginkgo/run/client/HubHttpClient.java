package dev.ginkgo.run.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JDK's HTTP client, and what all requests have in common. */
public final class HubHttpClient implements AutoCloseable {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // else each first request asks to be upgraded
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private final Optional<String> token;

    /**
     * @param tokenFile holds the token to show, if there is one to be shown
     * @throws FatalException if it cannot be read
     */
    public HubHttpClient(@Nullable Path tokenFile) {
        token = Optional.ofNullable(tokenFile).map(HubHttpClient::read);
    }

    HttpClient client() {
        return client;
    }

    HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "ginkgo");
        token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
        return request;
    }

    /** Ends at once whatever is under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private static String read(Path file) {
        try {
            String token = Files.readString(file).strip();
            if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw new FatalException(ClientExitCode.NO_INPUT, file + " holds no token, which is one word of ASCII");
            }
            return token;
        } catch (IOException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, file + " cannot be read: " + e.getMessage());
        }
    }
}
