package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.Overlap;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestBody;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Serves {@code POST /channel}, whose body is the message to publish. */
final class PublishHandler {
    private static final AsciiString KEY = AsciiString.cached("Idempotency-Key");

    // the parts of a response, between the values
    private static final byte[] ID = "{\"id\":\"".getBytes(US_ASCII);
    private static final byte[] CHANNEL = "\",\"channel\":\"".getBytes(US_ASCII);
    private static final byte[] RECEIVERS = "\",\"receivers\":".getBytes(US_ASCII);
    private static final byte[] PEERS = ",\"peers\":".getBytes(US_ASCII);

    /** Bytes of a response besides the id and the channel: 45 and two numbers. */
    private static final int BODY_OVERHEAD = 64;

    private final PublishService publishService;
    private final BodyBudget bodyBudget;
    private final Function<Access, Access.Validity> validity;

    /**
     * @param validity returns whether the credentials of an access are still valid
     */
    PublishHandler(PublishService publishService, BodyBudget bodyBudget, Function<Access, Access.Validity> validity) {
        this.publishService = publishService;
        this.bodyBudget = bodyBudget;
        this.validity = validity;
    }

    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        publishService.requireRunning();
        requestTarget.requireParametersIn(Set.of());
        ChannelName channel = channel(requestTarget);
        exchange.requireAccess(access -> AccessRules.requirePublish(access, channel));
        String key = idempotencyKey(exchange.request().headers());
        String user =
                exchange.isVerificationPending() ? null : exchange.access().user();
        RequestBody requestBody = RequestBody.of(exchange.request(), bodyBudget, exchange.connection(), user);
        exchange.onComplete(requestBody, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws ProblemException {
        publishService.requireRunning();
        AccessRules.requireValid(validity.apply(exchange.access())); // the body may have taken long
        RequestBody requestBody = exchange.body();
        Payload payload = payload(requestBody);
        long client = exchange.access().clientNumber(exchange.connection().clientNetwork());
        if (publishService.isAsync()) {
            exchange.respondLater(
                    publishService
                            .publishAsync(channel, payload, client, key)
                            .handle((published, failure) -> failure == null
                                    ? response(published)
                                    : Responses.problem(PublishService.problemOf(failure))),
                    new Overlap(payload.bytes().length, publishService::permitsOverlap));
        } else {
            exchange.respond(response(publishService.publish(channel, payload, client, key)));
        }
    }

    private static Payload payload(RequestBody requestBody) throws ProblemException {
        byte[] bytes = requestBody.takeAll();
        if (requestBody.isBinary()) {
            return Payload.binary(bytes);
        }
        try {
            return Payload.text(bytes);
        } catch (IllegalArgumentException notUtf8) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY,
                    "the body is not UTF-8; send other bytes with Content-Type: application/octet-stream");
        }
    }

    private static FullHttpResponse response(PublishService.Published published) {
        PublishResult publishResult = published.result();
        byte[] id = JsonStringEncoder.getInstance().quoteAsUTF8(publishResult.id());
        byte[] channel = JsonStringEncoder.getInstance().quoteAsUTF8(publishResult.channel());
        ByteBuf body = Unpooled.buffer(BODY_OVERHEAD + id.length + channel.length);
        body.writeBytes(ID).writeBytes(id).writeBytes(CHANNEL).writeBytes(channel);
        body.writeBytes(RECEIVERS).writeCharSequence(Integer.toString(publishResult.receivers()), US_ASCII);
        body.writeBytes(PEERS).writeCharSequence(Integer.toString(publishResult.peers()), US_ASCII);
        body.writeByte('}').writeByte('\n'); // so that a shell prompt starts on the next line
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, body);
        if (published.replayed()) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        return response;
    }

    /** Returns the idempotency key, if there is one. Any visible characters are accepted, in quotes or not. */
    private static @Nullable String idempotencyKey(HttpHeaders headers) throws ProblemException {
        if (!headers.contains(KEY)) {
            return null;
        }
        List<String> keys = headers.getAll(KEY);
        String key = keys.getFirst();
        if (keys.size() > 1 || !IdempotencyKey.isValid(key)) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "an Idempotency-Key may be sent once, with 1 to " + IdempotencyKey.MAX_LENGTH
                            + " visible ASCII characters");
        }
        return key;
    }

    private static ChannelName channel(RequestTarget requestTarget) throws ProblemException {
        try {
            return ChannelName.parse(requestTarget.path());
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }
}
