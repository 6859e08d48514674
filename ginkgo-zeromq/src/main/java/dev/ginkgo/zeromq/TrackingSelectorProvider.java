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
 * The channels that JeroMQ connects with in one run. JeroMQ 0.6.0 now and then forgets one whose peer stops at
 * that moment; whatever is left at the end of the run is closed here. Any thread.
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

    /** Closes what is left. To be called when JeroMQ has ended. */
    @Override
    public void close() {
        for (Channel channel : open) {
            if (channel.isOpen()) {
                LOG.debug("JeroMQ has forgotten {}", channel);
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.debug("{} cannot be closed", channel, e);
                }
            }
        }
        open.clear();
    }
}
