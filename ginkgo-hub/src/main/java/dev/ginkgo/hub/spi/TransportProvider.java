package dev.ginkgo.hub.spi;

/** Provider of a transport implementation. Found by {@link java.util.ServiceLoader} when a hub is constructed. */
public interface TransportProvider {

    /** Returns the name of the transport in the setting {@code engine} of {@code [hub.transport]}. */
    String name();

    /** Creates a transport for one hub. Called while settings are bound; must not open any resource. */
    Transport create();
}
