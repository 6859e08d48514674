package dev.ginkgo.hub.http.proxy;

import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.UnservedConnection;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connection of a trusted proxy until its PROXY protocol header has been received, before TLS and HTTP. The source follows
 * {@code proxy-protocol.txt} of HAProxy, versions 1 and 2. A header without an address ({@code LOCAL}, {@code UNKNOWN}), as
 * of a health check, leaves the address of the proxy. Only {@code LOCAL} says that there is no client behind the proxy. Event loop only.
 */
public final class ProxyHeader extends UnservedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeader.class);

    private final Runnable continuation;
    private final AtomicBoolean firstFailure;

    /**
     * Starts the deadline.
     *
     * @param continuation adds the handlers of the connection to its pipeline, when its client is known
     * @param onEnd called when the header is complete or the connection is closed
     * @param firstFailure whether no failure has been logged; set to false by the first one
     */
    public ProxyHeader(
            Channel channel,
            ConnectionDeadline deadline,
            Runnable continuation,
            Runnable onEnd,
            AtomicBoolean firstFailure) {
        super(channel, deadline, onEnd);
        this.continuation = continuation;
        this.firstFailure = firstFailure;
    }

    /** Adds the handlers to the pipeline of the channel. */
    public void addToPipeline() {
        channel.pipeline().addLast(new HAProxyMessageDecoder(true), this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            setClient(header);
        } finally {
            header.release();
        }
        context.pipeline().remove(this);
        continuation.run(); // the decoder removes itself, and passes on what follows the header
    }

    private void setClient(HAProxyMessage header) {
        if (header.command() == HAProxyCommand.PROXY) {
            ClientAddress.setForwarded(channel);
        }
        HAProxyProxiedProtocol.AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean inet = family == HAProxyProxiedProtocol.AddressFamily.AF_IPv4
                || family == HAProxyProxiedProtocol.AddressFamily.AF_IPv6;
        InetAddress source = inet ? NetUtil.createInetAddressFromIpAddressString(header.sourceAddress()) : null;
        if (source != null) {
            ClientAddress.set(channel, new InetSocketAddress(source, header.sourcePort()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (firstFailure.compareAndSet(true, false)) {
            LOG.warn(
                    "closed a connection of {} that did not begin with a PROXY protocol header, which http.client-address ="
                            + " \"proxy-protocol\" requires of http.trusted-proxies ({}); further ones are not logged",
                    channel.remoteAddress(),
                    cause.getMessage());
        }
        close(DisconnectReason.REFUSED);
    }

    @Override
    protected void close(DisconnectReason reason) {
        reason.mark(channel);
        var _ = channel.close();
    }
}
