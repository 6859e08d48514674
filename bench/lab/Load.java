package lab;

/** The clients of one server: subscribers of one channel, and a publisher. */
final class Load implements AutoCloseable {
    private final Server server;
    private final int reading;
    private final Subscribers subscribers;
    private final Publisher publisher;

    Load(Server server, int reading, int stuck) throws Exception {
        this.server = server;
        this.reading = reading;
        subscribers = server.subscribe(reading, stuck);
        publisher = new Publisher(server);
    }

    Server server() {
        return server;
    }

    /** Publishes a number of messages at once, waits until all subscribers have received them, and repeats this for a time. */
    Fanout.Result round(int bytes, int depth, double seconds) throws Exception {
        Meter meter = new Meter(server);
        while (!meter.isOver(seconds)) {
            publisher.publish(depth, bytes);
            subscribers.await((long) depth * reading, _ -> {});
            publisher.awaitResponses(depth);
            meter.add((long) depth * reading);
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
