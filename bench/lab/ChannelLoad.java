package lab;

/** The clients of one server: subscribers that are spread evenly over channels, and a publisher. */
final class ChannelLoad implements AutoCloseable {
    /** Channels to which messages are published in one write. */
    private static final int AT_ONCE = 100;

    private static final int FIRST_CHANNEL = 1;
    private static final int FIRST_WITHOUT_SUBSCRIBERS = 30_001;

    private final Server server;
    private final int count;
    private final int channels;
    private final int bytes;
    private final Subscribers subscribers;
    private final Publisher publisher;
    private long pass; // the number of the next message of each channel

    ChannelLoad(Server server, int subscribers, int channels, int bytes) throws Exception {
        this.server = server;
        this.count = subscribers;
        this.channels = channels;
        this.bytes = bytes;
        this.subscribers = server.subscribeToChannels(subscribers, FIRST_CHANNEL, channels);
        this.publisher = new Publisher(server);
    }

    /** Publishes one message to each channel, waits until all subscribers have received theirs, and repeats this for a time. */
    Fanout.Result publishToAll(double seconds) throws Exception {
        Meter meter = new Meter(server);
        while (!meter.isOver(seconds)) {
            for (int first = 0; first < channels; first += AT_ONCE) {
                int some = Math.min(AT_ONCE, channels - first);
                publisher.publishToChannels(FIRST_CHANNEL + first, some, pass, bytes);
                subscribers.await((long) some * count / channels, _ -> {});
                publisher.awaitResponses(some);
            }
            pass++;
            meter.add(count);
        }
        return meter.result();
    }

    /** Publishes one message to one channel after another, and waits for each until its subscribers have received it. */
    Fanout.Result publishInTurns(double seconds) throws Exception {
        Meter meter = new Meter(server);
        for (int channel = 0; channel > 0 || !meter.isOver(seconds); channel = (channel + 1) % channels) {
            publisher.publishToChannels(FIRST_CHANNEL + channel, 1, pass, bytes);
            subscribers.await(count / channels, _ -> {});
            publisher.awaitResponses(1);
            meter.add(count / channels);
            if (channel == channels - 1) {
                pass++;
            }
        }
        return meter.result();
    }

    /** Publishes messages to as many channels without subscribers, and returns the cost of a message. */
    Fanout.Result publishToNone(double seconds) throws Exception {
        Meter meter = new Meter(server);
        while (!meter.isOver(seconds)) {
            for (int first = 0; first < channels; first += AT_ONCE) {
                int some = Math.min(AT_ONCE, channels - first);
                publisher.publishToChannels(FIRST_WITHOUT_SUBSCRIBERS + first, some, pass, bytes);
                publisher.awaitResponses(some);
                meter.add(some);
            }
        }
        return meter.result();
    }

    @Override
    public void close() throws Exception {
        subscribers.close();
        publisher.close();
        server.awaitDisconnects();
    }
}
