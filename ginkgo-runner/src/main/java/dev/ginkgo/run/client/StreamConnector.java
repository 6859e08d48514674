package dev.ginkgo.run.client;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens streaming connections to one channel. */
public final class StreamConnector {
    private static final String NDJSON = "application/x-ndjson";

    private final HubHttpClient hubHttpClient;
    private final ChannelUrl url;
    private final TimeSource timeSource;
    private final Duration idleTimeout;

    /**
     * @param idleTimeout how long to wait for the response, and for the next byte within it
     */
    public StreamConnector(HubHttpClient hubHttpClient, ChannelUrl url, TimeSource timeSource, Duration idleTimeout) {
        this.hubHttpClient = hubHttpClient;
        this.url = url;
        this.timeSource = timeSource;
        this.idleTimeout = idleTimeout;
    }

    /**
     * Opens a stream.
     *
     * @throws RetryableException if a later attempt may succeed
     * @throws FatalException if a retry would not help
     */
    HubStream open(ResumePosition resumePosition) throws RetryableException, InterruptedException {
        URI uri = new ChannelUrl(resumePosition.applyTo(url)).with("as", "ndjson");
        HttpRequest.Builder request = hubHttpClient.request(uri).header("Accept", NDJSON);
        resumePosition.addTo(request);
        try {
            HttpResponse<InputStream> response = send(request.build());
            if (response.statusCode() != 200) {
                throw ErrorResponses.retryable(url, response);
            }
            String type = response.headers().firstValue("Content-Type").orElse("nothing");
            if (!type.startsWith(NDJSON)) {
                response.body().close();
                throw new FatalException(
                        ClientExitCode.NOT_A_HUB,
                        url + " is not a channel of a hub: requested " + NDJSON + ", received " + type);
            }
            return new HubStream(response.body(), new StreamEventParser(url.channel()), timeSource, idleTimeout)
                    .startWatchdog();
        } catch (IOException e) {
            throw retryable(e);
        }
    }

    /** Returns the exception for a broken connection. */
    RetryableException retryable(IOException e) {
        return RetryableException.unreachable(url.uri(), e);
    }

    /** Waits for the response head with a timeout. {@code HttpRequest.timeout} would, in a later JDK, also end the body. */
    private HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> response =
                hubHttpClient.client().sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        try {
            return response.get(idleTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no response");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            response.cancel(true);
        }
    }
}
