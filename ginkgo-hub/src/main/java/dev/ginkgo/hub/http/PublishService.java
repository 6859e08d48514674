package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.hub.publish.AsyncPublisher;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes messages of clients, by {@code POST} or over a WebSocket: with idempotency keys, not faster than a client may, and
 * counted towards the share of their client. Thread-safe; it never blocks.
 */
public final class PublishService {
    private static final Logger LOG = LoggerFactory.getLogger(PublishService.class);

    private final Publisher publisher;
    private final @Nullable AsyncPublisher asyncPublisher;
    private final IdempotencyCache idempotencyCache;
    private final PublishRateLimiter rateLimiter;
    private final BooleanSupplier stopping;

    /**
     * A message that has been published.
     *
     * @param replayed whether it was published before, with the same idempotency key
     */
    public record Published(PublishResult result, boolean replayed) {}

    /**
     * @param stopping returns whether the hub rejects new requests
     */
    PublishService(
            Publisher publisher,
            IdempotencyCache idempotencyCache,
            PublishRateLimiter rateLimiter,
            BooleanSupplier stopping) {
        this.publisher = publisher;
        this.asyncPublisher = publisher instanceof AsyncPublisher async ? async : null;
        this.idempotencyCache = idempotencyCache;
        this.rateLimiter = rateLimiter;
        this.stopping = stopping;
    }

    /** Rejects a request if the hub is stopping. */
    public void requireRunning() throws ProblemException {
        if (stopping.getAsBoolean()) {
            throw ProblemException.stopping("the hub is stopping; the message was not published");
        }
    }

    /** Returns whether messages are published through a broker, by {@link #publishAsync} instead of {@link #publish}. */
    public boolean isAsync() {
        return asyncPublisher != null;
    }

    /** Returns whether a connection may have more than one message at the broker: few messages wait for it. */
    public boolean permitsOverlap() {
        return asyncPublisher != null && !asyncPublisher.isCongested();
    }

    /**
     * Publishes a message. One that was published before, with the same key, does not count towards the rate of the client.
     * Called if this is not {@linkplain #isAsync async}.
     *
     * @param client number of the client, as {@link dev.ginkgo.hub.access.Access#clientNumber}
     * @param key idempotency key, or null
     */
    public Published publish(ChannelName channel, Payload payload, long client, @Nullable String key)
            throws ProblemException {
        requireRunning();
        if (key == null) {
            return new Published(append(channel, payload, client, Optional.empty()), false);
        }
        IdempotencyKey idempotencyKey = new IdempotencyKey(key, digest(channel, payload), client);
        IdempotencyCache.Lookup lookup = idempotencyCache.begin(idempotencyKey);
        return lookup instanceof IdempotencyCache.Lookup.New(IdempotencyCache.Registration first)
                ? new Published(publishFirst(channel, payload, client, first), false)
                : new Published(earlierResult(lookup), true);
    }

    /**
     * Publishes a message through the broker, as {@link #publish}.
     *
     * @return completed by any thread; if the message is not published for certain, exceptionally with a ProblemException
     * @throws ProblemException if the request is rejected at once
     */
    public CompletableFuture<Published> publishAsync(
            ChannelName channel, Payload payload, long client, @Nullable String key) throws ProblemException {
        requireRunning();
        AsyncPublisher async = requireNonNull(asyncPublisher, "messages are not published through a broker");
        if (key == null) {
            return startAsync(async, channel, payload, client, null);
        }
        IdempotencyCache.Lookup lookup =
                idempotencyCache.begin(new IdempotencyKey(key, digest(channel, payload), client));
        return lookup instanceof IdempotencyCache.Lookup.New(IdempotencyCache.Registration first)
                ? startAsync(async, channel, payload, client, first)
                : CompletableFuture.completedFuture(new Published(earlierResult(lookup), true));
    }

    /**
     * @param first the registration of the key, which is ended here; null if there is no key
     */
    private CompletableFuture<Published> startAsync(
            AsyncPublisher async,
            ChannelName channel,
            Payload payload,
            long client,
            IdempotencyCache.@Nullable Registration first)
            throws ProblemException {
        boolean ends = false; // whether the registration ends with the result
        try {
            rateLimiter.acquire(client);
            Optional<IdempotencyKey> key = Optional.ofNullable(first).map(IdempotencyCache.Registration::key);
            CompletableFuture<Published> published = async.publishAsync(channel, payload, client, key, null)
                    .handle((result, failure) -> published(result, failure, first));
            ends = true;
            return published;
        } finally {
            if (first != null && !ends) {
                idempotencyCache.remove(first);
            }
        }
    }

    private Published published(
            @Nullable PublishResult result,
            @Nullable Throwable failure,
            IdempotencyCache.@Nullable Registration registration) {
        if (result != null) {
            if (registration != null) {
                idempotencyCache.complete(registration, result);
            }
            return new Published(result, false);
        }
        if (registration != null) {
            idempotencyCache.remove(registration);
        }
        throw new CompletionException(
                problemOf(requireNonNull(failure, "neither a result nor a failure"), registration != null));
    }

    /** Returns the result of the first request with a key. */
    private static PublishResult earlierResult(IdempotencyCache.Lookup lookup) throws ProblemException {
        return switch (lookup) {
            case IdempotencyCache.Lookup.Repeated(PublishResult result) -> result;
            case IdempotencyCache.Lookup.KeyReused _ ->
                throw new ProblemException(
                        ProblemType.KEY_REUSED,
                        "this Idempotency-Key was sent with another message or channel; a new message needs a new key");
            case IdempotencyCache.Lookup.InProgress _ ->
                throw new ProblemException(
                                ProblemType.UNDER_WAY,
                                "the first request with this Idempotency-Key has not been answered yet")
                        .withHeader("Retry-After", "1");
            case IdempotencyCache.Lookup.New _ -> throw new IllegalStateException("the request is the first");
        };
    }

    /** Publishes a message whose key is new, and stores the result. A rejected request may be repeated with its key. */
    private PublishResult publishFirst(
            ChannelName channel, Payload payload, long client, IdempotencyCache.Registration first)
            throws ProblemException {
        PublishResult publishResult = null;
        try {
            publishResult = append(channel, payload, client, Optional.of(first.key()));
            idempotencyCache.complete(first, publishResult);
        } finally {
            if (publishResult == null) {
                idempotencyCache.remove(first);
            }
        }
        return publishResult;
    }

    private PublishResult append(ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key)
            throws ProblemException {
        rateLimiter.acquire(client);
        try {
            return publisher.publish(channel, payload, client, key);
        } catch (HubRejectedException e) {
            throw problemOf(e);
        }
    }

    /** Returns the digest of a publish request, over its channel, payload type and body. */
    private static String digest(ChannelName channel, Payload payload) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(channel.text().getBytes(UTF_8));
            digest.update((byte) 0); // a separator that no channel name contains
            digest.update((byte) (payload.binary() ? 1 : 0));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest(payload.bytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Converts a rejection by the hub to an error response. */
    public static ProblemException problemOf(HubRejectedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new ProblemException(ProblemType.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS ->
                new ProblemException(ProblemType.TOO_MANY_CHANNELS, detail).withHeader("Retry-After", "60");
            case TOO_MANY_PATTERNS ->
                new ProblemException(ProblemType.TOO_MANY_PATTERNS, detail).withHeader("Retry-After", "60");
            case STOPPED -> ProblemException.stopping(detail);
            case UNAVAILABLE ->
                new ProblemException(ProblemType.BROKER_UNAVAILABLE, detail).withHeader("Retry-After", "1");
        };
    }

    /** Returns the problem with which a future of {@link #publishAsync} has failed. */
    public static ProblemException problemOf(Throwable failure) {
        return problemOf(failure, false);
    }

    private static ProblemException problemOf(Throwable failure, boolean hasKey) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case CompletionException wrapper when wrapper.getCause() != null -> problemOf(wrapper.getCause(), hasKey);
            case HubRejectedException rejection -> problemOf(rejection);
            case UnknownOutcomeException unknown -> {
                String detail = unknown.getMessage()
                        + (hasKey
                                ? "; repeat the request with the same Idempotency-Key"
                                : "; a repetition without an Idempotency-Key may publish it twice");
                ProblemException problem = new ProblemException(ProblemType.OUTCOME_UNKNOWN, detail);
                yield hasKey ? problem.withHeader("Retry-After", "1") : problem;
            }
            default -> {
                LOG.error("could not publish a message through the broker", failure);
                yield ProblemException.internalError();
            }
        };
    }
}
