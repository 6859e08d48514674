package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.SharedStream;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.PublishService;
import dev.ginkgo.hub.http.SocketContext;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the requests of one WebSocket, in order: each is answered before the next is processed, except that the response to
 * a publish through a broker is written when the broker has confirmed the message. Event loop only.
 *
 * <p>A subscription is identified by the text of its selector, so a WebSocket has at most one for each text.
 */
final class SocketSession {
    private static final Logger LOG = LoggerFactory.getLogger(SocketSession.class);

    /** No more is read from a client while so many of its messages wait for the broker. */
    private static final int MAX_PENDING = 256;

    /** No more is read from a client while its messages that wait for the broker have so many bytes. */
    private static final int MAX_PENDING_BYTES = 256 * 1024;

    private final Channel connection;
    private final InetAddress client;
    private final SharedStream shared;
    private final WireFormat wireFormat;
    private final SocketContext context;
    private final ClientQuotas quotas;
    private final Access access;
    private final long publisher;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private int pending;
    private long pendingBytes;
    private BooleanSupplier isOpen = () -> true;
    private Runnable onAnswered = () -> {};

    private record Subscription(SharedStream.Member member, Runnable unregister, Runnable releaseQuotas) {}

    SocketSession(
            Channel connection,
            InetAddress client,
            SharedStream shared,
            WireFormat wireFormat,
            SocketContext context,
            ClientQuotas quotas,
            Access access) {
        this.connection = connection;
        this.client = client;
        this.shared = shared;
        this.wireFormat = wireFormat;
        this.context = context;
        this.quotas = quotas;
        this.access = access;
        this.publisher = access.clientNumber(client);
        var _ = connection.closeFuture().addListener(_ -> closed());
    }

    /**
     * Serves a request, and writes its response without flushing.
     *
     * @param utf8 valid UTF-8
     * @throws SocketRequestParser.MalformedException if there can be no response
     */
    void serve(byte[] utf8) throws SocketRequestParser.MalformedException {
        SocketRequestParser.Members members = SocketRequestParser.members(utf8);
        ByteBuf response = respond(members);
        if (response != null) {
            shared.write(response);
        }
    }

    /**
     * Connects the session with its input.
     *
     * @param open returns whether a response can be written: no close frame has been written
     * @param callback called after a response for which {@link #isAccepting} may have changed
     */
    void connect(BooleanSupplier open, Runnable callback) {
        isOpen = open;
        onAnswered = callback;
    }

    /** Called before the close frame is written, after which there may be no other frame. */
    void stopWriting() {
        shared.stopWriting();
    }

    /** Returns whether further requests may be read. */
    boolean isAccepting() {
        return pending == 0
                || (pending < MAX_PENDING
                        && pendingBytes < MAX_PENDING_BYTES
                        && context.publishService().permitsOverlap());
    }

    private @Nullable ByteBuf respond(SocketRequestParser.Members members) {
        long number = members.number();
        try {
            return switch (SocketRequestParser.parse(members)) {
                case SocketRequest.Subscribe(SubscribeRequest request) -> subscribe(number, request);
                case SocketRequest.Unsubscribe(String subscription) -> unsubscribe(number, subscription);
                case SocketRequest.Publish publish -> publish(number, publish);
                case SocketRequest.Ping() -> SocketResponses.pong(number);
            };
        } catch (ProblemException e) {
            return SocketResponses.error(number, e);
        } catch (HubRejectedException e) {
            return SocketResponses.error(number, PublishService.problemOf(e));
        } catch (RuntimeException e) {
            LOG.error("could not serve a request over the WebSocket of {}", connection.remoteAddress(), e);
            return SocketResponses.error(
                    number,
                    new ProblemException(
                            ProblemType.INTERNAL_ERROR, "an unexpected error occurred; the hub has logged it"));
        }
    }

    private ByteBuf subscribe(long number, SubscribeRequest requested) throws ProblemException {
        requireValidAccess();
        SubscribeRequest request = AccessRules.subscribable(access, requested);
        String text = request.selector().text();
        if (subscriptions.containsKey(text)) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    "this WebSocket has a subscription " + text + " already; unsubscribe first, or open another one");
        }
        int max = context.maxSubscriptions().get();
        if (subscriptions.size() >= max) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIPTIONS,
                            "this WebSocket has http.max-subscriptions = " + max
                                    + " subscriptions; end some, or subscribe to patterns")
                    .withHeader("Retry-After", "30");
        }
        context.registry().requireCapacity(request.selector());
        Runnable releaseQuotas = quotas.acquire(client, access.user(), request);
        SharedStream.Member member = null;
        try {
            member = shared.subscribe(request);
        } finally {
            if (member == null) {
                releaseQuotas.run();
            }
        }
        subscriptions.put(
                text,
                new Subscription(
                        member,
                        context.registry().addSubscription(request.selector(), wireFormat, member, access),
                        releaseQuotas));
        return SocketResponses.subscribed(number, text, member.start(), request.rejected());
    }

    private ByteBuf unsubscribe(long number, String text) throws ProblemException {
        Subscription subscription = subscriptions.remove(text);
        if (subscription == null) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "this WebSocket has no such subscription; name it as the response \"subscribed\" does");
        }
        subscription.member.close();
        unregister(subscription);
        return SocketResponses.unsubscribed(number, text);
    }

    private static void unregister(Subscription subscription) {
        subscription.unregister.run();
        subscription.releaseQuotas.run();
    }

    private void closed() {
        subscriptions.values().forEach(SocketSession::unregister);
        subscriptions.clear();
    }

    /** Rejects the request of a client that has lost its access, until the registry has ended the WebSocket. */
    private void requireValidAccess() throws ProblemException {
        AccessRules.requireValid(context.registry().validity(access));
    }

    private @Nullable ByteBuf publish(long number, SocketRequest.Publish publish) throws ProblemException {
        requireValidAccess();
        AccessRules.requirePublish(access, publish.channel());
        long limit = context.bodyBudget().maxBody();
        int length = publish.payload().bytes().length;
        if (length > limit) {
            throw new ProblemException(
                    ProblemType.BODY_TOO_LARGE,
                    "the maximum length of a message is " + limit + " bytes (http.max-body)");
        }
        PublishService service = context.publishService();
        if (!service.isAsync()) {
            return SocketResponses.published(
                    number, service.publish(publish.channel(), publish.payload(), publisher, publish.key()));
        }
        var _ = service.publishAsync(publish.channel(), publish.payload(), publisher, publish.key())
                .handle((published, failure) -> failure == null
                        ? SocketResponses.published(number, published)
                        : SocketResponses.error(number, PublishService.problemOf(failure)))
                .thenAccept(response -> connection.eventLoop().execute(() -> {
                    pendingBytes -= length;
                    answer(response);
                }));
        pending++;
        pendingBytes += length;
        return null;
    }

    private void answer(ByteBuf response) {
        pending--;
        if (connection.isActive() && isOpen.getAsBoolean()) {
            shared.write(response);
            connection.flush();
            onAnswered.run();
        } else {
            response.release();
        }
    }
}
