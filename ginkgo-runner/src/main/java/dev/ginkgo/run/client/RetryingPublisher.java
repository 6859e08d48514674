package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Publisher that retries. If the response to an attempt is lost, the message may already have been published, so each
 * message carries an idempotency key by which the hub detects the repetition. Not thread-safe.
 */
public final class RetryingPublisher {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int EXPECT_CONTINUE_THRESHOLD = 64 * 1024;

    private final HubHttpClient hubHttpClient;
    private final ChannelUrl url;
    private final String type;
    private final Retrier retrier;
    private final Duration retryFor;
    private final String keyPrefix;
    private long count;

    /**
     * @param keyPrefix prefix of the idempotency keys, unique to this publisher
     */
    public RetryingPublisher(
            HubHttpClient hubHttpClient,
            ChannelUrl url,
            String type,
            Retrier retrier,
            Duration retryFor,
            String keyPrefix) {
        this.hubHttpClient = hubHttpClient;
        this.url = url;
        this.type = type;
        this.retrier = retrier;
        this.retryFor = retryFor;
        this.keyPrefix = keyPrefix;
    }

    /** Returns the number of messages published. */
    public long count() {
        return count;
    }

    /**
     * Publishes a message and returns the hub's response body, a JSON object with the message id.
     *
     * @throws FatalException if the hub rejects the message or stays unreachable
     */
    public byte[] publish(byte[] message) throws InterruptedException {
        HttpRequest request = hubHttpClient
                .request(url.uri())
                .header("Content-Type", type)
                .header("Idempotency-Key", keyPrefix + "-" + (count + 1))
                .expectContinue(
                        message.length > EXPECT_CONTINUE_THRESHOLD) // a rejection then arrives before the body is sent
                .timeout(RESPONSE_TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(message))
                .build();
        while (true) {
            try {
                byte[] result = publishOnce(request);
                retrier.connected();
                retrier.succeeded();
                count++;
                return result;
            } catch (RetryableException e) {
                retrier.awaitRetry(e, Optional.of(retryFor));
            }
        }
    }

    private byte[] publishOnce(HttpRequest request) throws RetryableException, InterruptedException {
        try {
            HttpResponse<InputStream> response =
                    hubHttpClient.client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw ErrorResponses.retryable(url, response);
            }
            byte[] result = ErrorResponses.body(response);
            if (!isPublishResult(result)) {
                throw new FatalException(
                        ClientExitCode.NOT_A_HUB, url + " is not a channel of a hub: the response has no message id");
            }
            return result;
        } catch (IOException e) {
            throw RetryableException.unreachable(url.uri(), e);
        }
    }

    private static boolean isPublishResult(byte[] body) {
        try {
            return StreamEventParser.members(body).containsKey("id");
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
