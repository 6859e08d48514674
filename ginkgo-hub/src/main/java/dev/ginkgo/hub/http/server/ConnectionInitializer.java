package dev.ginkgo.hub;

import dev.ginkgo.Time;
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
final class Connections extends ChannelInitializer<Channel> implements AutoCloseable {
    private final Time time;
    private final RequestHandler handler;
    private final DateHeader date;
    private final Admission admission;
    private final Patience.Limits limits;
    private final Counters counters;
    private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
    private final ChannelGroup all = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    Connections(Time time, RequestHandler handler, Admission admission, Patience.Limits limits, Counters counters) {
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
            counters.disconnected(Disconnect.REFUSED);
            var _ = channel.close();
            return;
        }
        InetAddress address = peer.getAddress();
        var _ = channel.closeFuture().addListener(_ -> {
            admission.leave(address);
            counters.disconnected(Disconnect.of(channel));
        });
        all.add(channel);
        Patience patience = new Patience(time, limits);
        Conversation conversation = new Conversation(channel, handler, date, patience, admission.refusal(address));
        conversations.add(conversation);
        conversation.whenGone(() -> conversations.remove(conversation));
        channel.pipeline().addLast(new StrictDecoder(conversation::onBytes), new HttpResponseEncoder(), conversation);
    }

    /** Ends those whose time is over. */
    void inspect() {
        for (Conversation each : conversations) {
            if (each.isOver()) {
                each.channel().eventLoop().execute(each::timeUp);
            }
        }
    }

    /** Takes no further request: idle ones end at once, the others with their answer. */
    void endConversations() {
        for (Conversation each : conversations) {
            each.channel().eventLoop().execute(each::end);
        }
    }

    /** Waits, in real time, until all are closed. */
    boolean awaitClosed(Duration atMost) throws InterruptedException {
        return all.newCloseFuture().await(atMost.toMillis());
    }

    Collection<Channel> all() {
        return List.copyOf(all);
    }

    int size() {
        return all.size();
    }

    /** Closes what is left. */
    @Override
    public void close() {
        all.forEach(Disconnect.STOPPING::mark);
        all.close().awaitUninterruptibly();
    }
}
