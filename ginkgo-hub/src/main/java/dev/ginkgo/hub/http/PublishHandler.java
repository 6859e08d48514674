package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.JsonBody;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestBody;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.net.ClientNetwork;
import dev.ginkgo.hub.spi.IdempotencyKey;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Serves {@code POST /channel}, whose body is the message to publish. */
final class PublishHandler {
    private final Publisher publisher;
    private final IdempotencyCache idempotencyCache;
    private final BodyBudget bodyBudget;
    private final BooleanSupplier stopping;

    PublishHandler(
            Publisher publisher, IdempotencyCache idempotencyCache, BodyBudget bodyBudget, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.idempotencyCache = idempotencyCache;
        this.bodyBudget = bodyBudget;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        requireRunning();
        requestTarget.requireParametersIn(Set.of());
        ChannelName channel = channel(requestTarget);
        exchange.requireAccess(access -> AccessRules.requirePublish(access, channel));
        String key = idempotencyKey(exchange.request().headers());
        RequestBody requestBody = RequestBody.of(exchange.request(), bodyBudget, exchange.connection());
        exchange.onComplete(requestBody, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws ProblemException {
        requireRunning();
        RequestBody requestBody = exchange.body();
        boolean binary = requestBody.isBinary();
        byte[] bytes = requestBody.readAll();
        if (key == null) {
            respond(exchange, publish(exchange, channel, binary, bytes, Optional.empty()), false);
            return;
        }
        long client = ClientNetwork.number(exchange.connection().clientNetwork());
        IdempotencyKey idempotencyKey = new IdempotencyKey(key, digest(channel, binary, bytes), client);
        switch (idempotencyCache.begin(idempotencyKey)) {
            case IdempotencyCache.Lookup.New _ ->
                respond(exchange, publishFirst(exchange, channel, binary, bytes, idempotencyKey), false);
            case IdempotencyCache.Lookup.Repeated(PublishResult result) -> respond(exchange, result, true);
            case IdempotencyCache.Lookup.KeyReused _ ->
                throw new ProblemException(
                        ProblemType.KEY_REUSED,
                        "this Idempotency-Key was sent with another message or channel; a new message needs a new key");
            case IdempotencyCache.Lookup.InProgress _ ->
                throw new ProblemException(
                                ProblemType.UNDER_WAY,
                                "the first request with this Idempotency-Key has not been answered yet")
                        .withHeader("Retry-After", "1");
        }
    }

    /** Publishes a message whose key is new, and stores the result. A rejected request may be repeated with its key. */
    private PublishResult publishFirst(
            Exchange exchange, ChannelName channel, boolean binary, byte[] bytes, IdempotencyKey key)
            throws ProblemException {
        PublishResult publishResult = null;
        try {
            publishResult = publish(exchange, channel, binary, bytes, Optional.of(key));
            idempotencyCache.complete(key, publishResult);
        } finally {
            if (publishResult == null) {
                idempotencyCache.remove(key);
            }
        }
        return publishResult;
    }

    private PublishResult publish(
            Exchange exchange, ChannelName channel, boolean binary, byte[] bytes, Optional<IdempotencyKey> key)
            throws ProblemException {
        try {
            return publisher.publish(
                    channel,
                    binary ? Payload.binary(bytes) : Payload.text(bytes),
                    exchange.connection().clientNetwork(),
                    key);
        } catch (HubRejectedException e) {
            throw problemOf(e);
        }
    }

    private static void respond(Exchange exchange, PublishResult publishResult, boolean replayed) {
        byte[] body = JsonBody.object(json -> {
            json.writeStringField("id", publishResult.id());
            json.writeStringField("channel", publishResult.channel());
            json.writeNumberField("receivers", publishResult.receivers());
            json.writeNumberField("peers", publishResult.peers());
        });
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, body);
        if (replayed) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        exchange.respond(response);
    }

    /** Returns the idempotency key, if there is one. Any visible characters are accepted, in quotes or not. */
    private static @Nullable String idempotencyKey(HttpHeaders headers) throws ProblemException {
        List<String> keys = headers.getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return null;
        }
        String key = keys.getFirst();
        if (keys.size() > 1 || !IdempotencyKey.isValid(key)) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "an Idempotency-Key may be sent once, with 1 to " + IdempotencyKey.MAX_LENGTH
                            + " visible ASCII characters");
        }
        return key;
    }

    /** Returns the digest of a publish request, over its channel, payload type and body. */
    static String digest(ChannelName channel, boolean binary, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(channel.text().getBytes(UTF_8));
            digest.update((byte) 0); // a separator that no channel name contains
            digest.update((byte) (binary ? 1 : 0));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Converts a rejection by the hub to an error response. */
    static ProblemException problemOf(HubRejectedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new ProblemException(ProblemType.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS ->
                new ProblemException(ProblemType.TOO_MANY_CHANNELS, detail).withHeader("Retry-After", "60");
            case TOO_MANY_PATTERNS ->
                new ProblemException(ProblemType.TOO_MANY_PATTERNS, detail).withHeader("Retry-After", "60");
            case STOPPED -> ProblemException.stopping(detail);
        };
    }

    private static ChannelName channel(RequestTarget requestTarget) throws ProblemException {
        try {
            return ChannelName.parse(requestTarget.path());
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private void requireRunning() throws ProblemException {
        if (stopping.getAsBoolean()) {
            throw ProblemException.stopping("the hub is stopping; the message was not published");
        }
    }
}
