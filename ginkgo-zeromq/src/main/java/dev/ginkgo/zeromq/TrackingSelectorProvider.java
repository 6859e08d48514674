package dev.ginkgo.zeromq;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selector provider that tracks the channels with which JeroMQ connects. JeroMQ 0.6.0 occasionally leaks a channel
 * whose peer stops while it connects; {@link #close} closes the remaining ones at the end of a run. Thread-safe.
 */
final class TrackingSelectorProvider extends SelectorProvider implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);

    private final SelectorProvider system = SelectorProvider.provider();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        SocketChannel channel = system.openSocketChannel();
        open.removeIf(each -> !each.isOpen());
        open.add(channel);
        return channel;
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return system.openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return system.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return system.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return system.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return system.openSelector();
    }

    /** Closes the channels that are still open. Must be called after JeroMQ has terminated. */
    @Override
    public void close() {
        for (Channel channel : open) {
            if (channel.isOpen()) {
                LOG.debug("closing {}, which JeroMQ left open", channel);
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.debug("cannot close {}", channel, e);
                }
            }
        }
        open.clear();
    }
}
