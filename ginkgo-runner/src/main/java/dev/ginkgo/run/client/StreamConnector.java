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

/** Opens streams of one channel. */
public final class StreamConnector {
    private static final String NDJSON = "application/x-ndjson";

    private final HubHttpClient hubHttpClient;
    private final ChannelUrl url;
    private final TimeSource timeSource;
    private final Duration silenceTimeout;

    /**
     * @param patience how long the hub may be silent, before its answer and within it
     */
    public StreamConnector(HubHttpClient hubHttpClient, ChannelUrl url, TimeSource timeSource, Duration patience) {
        this.hubHttpClient = hubHttpClient;
        this.url = url;
        this.timeSource = timeSource;
        this.silenceTimeout = patience;
    }

    /**
     * Opens one.
     *
     * @throws RetryableException if it cannot be had now
     * @throws FatalException if it will not be had later either
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
                        url + " is no channel of a hub: asked for " + NDJSON + " it sends " + type);
            }
            return new HubStream(response.body(), new StreamEventParser(url.channel()), timeSource, silenceTimeout)
                    .startWatchdog();
        } catch (IOException e) {
            throw retryable(e);
        }
    }

    /** What it means that the connection broke. */
    RetryableException retryable(IOException e) {
        return RetryableException.unreachable(url.uri(), e);
    }

    /** A request's own timeout would, in a later JDK, end the stream as well. */
    private HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> answer =
                hubHttpClient.client().sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        try {
            return answer.get(silenceTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }
}
