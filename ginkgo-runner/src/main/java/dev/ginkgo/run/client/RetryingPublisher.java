package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Publishes messages one after another. An attempt whose answer is lost may have published; each message therefore has
 * a key of its own, by which the hub knows it again and does not publish it twice. For one thread.
 */
public final class RetryingPublisher {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final int EXPECT_CONTINUE_THRESHOLD = 64 * 1024;

    private final HubHttpClient hubHttpClient;
    private final ChannelUrl url;
    private final String type;
    private final Retrier retrier;
    private final Duration retryFor;
    private final String keyPrefix;
    private long count;

    /**
     * @param keys what the keys begin with; nobody else's do
     */
    public RetryingPublisher(
            HubHttpClient hubHttpClient, ChannelUrl url, String type, Retrier retrier, Duration retryFor, String keys) {
        this.hubHttpClient = hubHttpClient;
        this.url = url;
        this.type = type;
        this.retrier = retrier;
        this.retryFor = retryFor;
        this.keyPrefix = keys;
    }

    /** How many are published. */
    public long count() {
        return count;
    }

    /**
     * Publishes one, and gives the hub's receipt.
     *
     * @throws FatalException if that cannot be done
     */
    public byte[] publish(byte[] message) throws InterruptedException {
        HttpRequest request = hubHttpClient
                .request(url.uri())
                .header("Content-Type", type)
                .header("Idempotency-Key", keyPrefix + "-" + (count + 1))
                .expectContinue(
                        message.length > EXPECT_CONTINUE_THRESHOLD) // so that a refusal comes before the body has gone
                .timeout(ANSWER_TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(message))
                .build();
        while (true) {
            try {
                byte[] receipt = publishOnce(request);
                retrier.connected();
                retrier.succeeded();
                count++;
                return receipt;
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
            byte[] receipt = ErrorResponses.body(response);
            if (!isReceipt(receipt)) {
                throw new FatalException(
                        ClientExitCode.NOT_A_HUB, url + " is no channel of a hub: its answer is no receipt");
            }
            return receipt;
        } catch (IOException e) {
            throw RetryableException.unreachable(url.uri(), e);
        }
    }

    private static boolean isReceipt(byte[] body) {
        try {
            return StreamEventParser.members(body).containsKey("id");
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
