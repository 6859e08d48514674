package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All connections of a front: lets them in, has their time looked after, and ends them. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> implements AutoCloseable {
    private final TimeSource time;
    private final RequestHandler handler;
    private final DateHeader date;
    private final ConnectionLimiter admission;
    private final ConnectionDeadline.Timeouts limits;
    private final Counters counters;
    private final Set<HttpConnection> conversations = ConcurrentHashMap.newKeySet();
    private final ChannelGroup all = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    public ConnectionInitializer(TimeSource time, RequestHandler handler, ConnectionLimiter admission, ConnectionDeadline.Timeouts limits, Counters counters) {
        this.time = time;
        this.handler = handler;
        this.date = new DateHeader(time);
        this.admission = admission;
        this.limits = limits;
        this.counters = counters;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress peer) || !admission.enter(peer.getAddress())) {
            counters.disconnected(DisconnectReason.REFUSED);
            var _ = channel.close();
            return;
        }
        InetAddress address = peer.getAddress();
        var _ = channel.closeFuture().addListener(_ -> {
            admission.leave(address);
            counters.disconnected(DisconnectReason.of(channel));
        });
        all.add(channel);
        ConnectionDeadline patience = new ConnectionDeadline(time, limits);
        HttpConnection conversation = new HttpConnection(channel, handler, date, patience, admission.refusal(address));
        conversations.add(conversation);
        conversation.whenGone(() -> conversations.remove(conversation));
        channel.pipeline().addLast(new StrictRequestDecoder(conversation::onBytes), new HttpResponseEncoder(), conversation);
    }

    /** Ends those whose time is over. */
    public void inspect() {
        for (HttpConnection each : conversations) {
            if (each.isOver()) {
                each.channel().eventLoop().execute(each::timeUp);
            }
        }
    }

    /** Takes no further request: idle ones end at once, the others with their answer. */
    public void endConversations() {
        for (HttpConnection each : conversations) {
            each.channel().eventLoop().execute(each::end);
        }
    }

    /** Waits, in real time, until all are closed. */
    public boolean awaitClosed(Duration atMost) throws InterruptedException {
        return all.newCloseFuture().await(atMost.toMillis());
    }

    public Collection<Channel> all() {
        return List.copyOf(all);
    }

    public int size() {
        return all.size();
    }

    /** Closes what is left. */
    @Override
    public void close() {
        all.forEach(DisconnectReason.STOPPING::mark);
        all.close().awaitUninterruptibly();
    }
}
