package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.delivery.SharedStream;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.PublishService;
import dev.ginkgo.hub.http.SocketContext;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.http.websocket.WebSocketHandshake;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.Set;

/**
 * Serves WebSockets at {@code /-/ws}, with the subprotocol {@code ginkgo.v1}. The subprotocol is required, so that a later
 * version can differ.
 */
public final class SocketRoute implements HttpRoute {
    /** Path of the WebSocket. */
    public static final String PATH = "/-/ws";

    /** Name of the subprotocol. */
    public static final String PROTOCOL = "ginkgo.v1";

    /** Maximum length of a request without its data. */
    private static final int ENVELOPE = 8 * 1024;

    private final SocketContext context;
    private final ClientQuotas quotas;

    public SocketRoute(SocketContext context) {
        this.context = context;
        this.quotas = new ClientQuotas(
                new SubscriptionQuota<>(
                        context.maxSubscriptionsPerAddress(), "http.max-subscriptions-per-address", "your address"),
                new SubscriptionQuota<>(
                        context.maxSubscriptionsPerUser(), "http.max-subscriptions-per-user", "this user"),
                context.userPatterns());
    }

    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.path().equals(PATH);
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HttpMethod method = exchange.request().method();
        if (!method.equals(HttpMethod.GET)) {
            throw ProblemException.methodNotAllowed(method, "GET, OPTIONS");
        }
        requestTarget.requireParametersIn(Set.of());
        HttpHeaders headers = exchange.request().headers();
        if (!WebSocketHandshake.isRequested(headers)) {
            throw new ProblemException(
                            ProblemType.WEBSOCKET_VERSION,
                            PATH + " is for WebSockets with the subprotocol " + PROTOCOL + "; see docs/websocket.md")
                    .withHeader("Sec-WebSocket-Version", "13")
                    .withHeader("Upgrade", "websocket");
        }
        if (!WebSocketHandshake.isOffered(headers, PROTOCOL)) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "the subprotocol " + PROTOCOL + " is required (Sec-WebSocket-Protocol: " + PROTOCOL + ")");
        }
        exchange.onComplete(null, this::open);
    }

    private void open(Exchange exchange) throws ProblemException {
        context.publishService().requireRunning();
        context.registry().requireCapacity(exchange.access());
        FullHttpResponse head = WebSocketHandshake.response(
                exchange.request(), exchange.compression().includesMessages(), PROTOCOL);
        boolean compression = head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        WireFormat wireFormat = compression ? WireFormat.GINKGO_V1.compressed() : WireFormat.GINKGO_V1;
        exchange.addCommonHeaders(head);
        context.connectionLimiter().acquireStream(exchange);
        Channel connection = exchange.connection().channel();
        SharedStream shared;
        try {
            shared = context.attacher().attachShared(connection, wireFormat);
        } catch (HubRejectedException e) {
            head.release();
            throw PublishService.problemOf(e);
        }
        InetAddress client = exchange.connection().clientNetwork();
        String user = exchange.access().user();
        SocketSession session =
                new SocketSession(connection, client, shared, wireFormat, context, quotas, exchange.access());
        SocketInput input = new SocketInput(
                connection,
                session,
                context.bodyBudget().share(client, user),
                context.bodyBudget().share(client, user),
                context.bodyBudget().share(client, user),
                compression,
                context.newDeadline().get(),
                maxMessage());
        StreamOutput output = exchange.connection().detachForStream();
        var _ = connection.write(output.head(head, false)); // not sent before the WebSocket is counted
        input.addToPipeline();
        context.manager().accept(input);
        context.registry().addShared(wireFormat, connection, shared, exchange.access());
        connection.flush();
    }

    /** Base64 takes four bytes for three, and an escaped character two or more for one. */
    private int maxMessage() {
        return (int)
                Math.min(Integer.MAX_VALUE - 1024L, 2 * context.bodyBudget().maxBody() + ENVELOPE);
    }
}
