package dev.ginkgo.hub.spi;

/** The broker in memory fulfils the contract of brokers. */
class LocalBrokerTest extends BrokerHistoryContract {
    private final LocalBrokerServer server = new LocalBrokerServer(3);

    @Override
    protected Broker broker() {
        return new LocalBroker(server);
    }

    @Override
    protected void interrupt() {
        server.setOutage(true);
    }

    @Override
    protected void restore() {
        server.setOutage(false);
    }

    @Override
    protected void discard(String channel, BrokerPosition through) {
        server.discard(channel, through.sequence());
    }
}
