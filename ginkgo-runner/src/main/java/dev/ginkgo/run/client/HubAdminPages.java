package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Reads the pages of a hub below {@code /-/}, which it serves to clients on its own machine. */
public final class HubAdminPages {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final HubHttpClient hubHttpClient;
    private final String hub;

    /**
     * @param hub the address of the hub, such as {@code localhost:8088}, or its URL
     */
    public HubAdminPages(HubHttpClient hubHttpClient, String hub) {
        this.hubHttpClient = hubHttpClient;
        this.hub = hub.endsWith("/") ? hub.substring(0, hub.length() - 1) : hub;
    }

    /** Returns the address or URL of the hub as given. */
    public String hub() {
        return hub;
    }

    /**
     * Returns the text of a page.
     *
     * @param path such as {@code /-/channels}
     * @throws FatalException if the hub cannot be reached or rejects the request
     */
    public String read(String path) throws InterruptedException {
        ChannelUrl url = ChannelUrl.of(hub + path);
        HttpRequest request =
                hubHttpClient.request(url.uri()).timeout(RESPONSE_TIMEOUT).GET().build();
        try {
            HttpResponse<InputStream> response =
                    hubHttpClient.client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw ErrorResponses.retryable(url, response).toFatal();
            }
            try (InputStream body = response.body()) {
                return new String(body.readNBytes(MAX_BYTES), UTF_8);
            }
        } catch (IOException e) {
            throw RetryableException.unreachable(url.uri(), e).toFatal();
        }
    }
}
