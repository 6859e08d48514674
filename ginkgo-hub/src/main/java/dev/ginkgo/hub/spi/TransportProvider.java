package dev.ginkgo.hub.spi;

/** Makes the transports of one kind. Found by {@link java.util.ServiceLoader} when a hub is declared. */
public interface TransportProvider {

    /** What {@code engine = "…"} in {@code [hub.transport]} calls it. */
    String name();

    /** A new one, for one hub. Called while binding; nothing may be opened here. */
    Transport create();
}
