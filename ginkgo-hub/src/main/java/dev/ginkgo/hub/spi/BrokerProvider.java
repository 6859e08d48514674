package dev.ginkgo.hub.spi;

/** Provider of a broker implementation. Found by {@link java.util.ServiceLoader} when a hub is constructed. */
public interface BrokerProvider {

    /**
     * Returns the name of the broker in the setting {@code engine} of {@code [hub.transport]}; different from those of all
     * transports.
     */
    String name();

    /** Creates a broker for one hub. Called while settings are bound; must not open any resource. */
    Broker create();
}
