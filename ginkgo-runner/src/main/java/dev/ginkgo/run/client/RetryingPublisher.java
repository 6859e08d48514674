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
    private static final int LONG_BODY = 64 * 1024;

    private final HubHttpClient web;
    private final ChannelUrl url;
    private final String type;
    private final Retrier attempts;
    private final Duration retryFor;
    private final String keys;
    private long count;

    /**
     * @param keys what the keys begin with; nobody else's do
     */
    public RetryingPublisher(HubHttpClient web, ChannelUrl url, String type, Retrier attempts, Duration retryFor, String keys) {
        this.web = web;
        this.url = url;
        this.type = type;
        this.attempts = attempts;
        this.retryFor = retryFor;
        this.keys = keys;
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
    public byte[] post(byte[] message) throws InterruptedException {
        HttpRequest request = web.request(url.uri())
                .header("Content-Type", type)
                .header("Idempotency-Key", keys + "-" + (count + 1))
                .expectContinue(message.length > LONG_BODY) // so that a refusal comes before the body has gone
                .timeout(ANSWER_TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(message))
                .build();
        while (true) {
            try {
                byte[] receipt = once(request);
                attempts.connected();
                attempts.worked();
                count++;
                return receipt;
            } catch (RetryableException e) {
                attempts.failed(e, Optional.of(retryFor));
            }
        }
    }

    private byte[] once(HttpRequest request) throws RetryableException, InterruptedException {
        try {
            HttpResponse<InputStream> response = web.client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw ErrorResponses.trouble(url, response);
            }
            byte[] receipt = ErrorResponses.body(response);
            if (!isReceipt(receipt)) {
                throw new FatalException(ClientExitCode.NO_HUB, url + " is no channel of a hub: its answer is no receipt");
            }
            return receipt;
        } catch (IOException e) {
            throw RetryableException.of(url.uri(), e);
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
