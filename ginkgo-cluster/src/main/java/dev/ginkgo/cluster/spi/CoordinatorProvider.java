package dev.ginkgo.cluster.spi;

/**
 * Factory of one kind of coordination engine. Found by {@link java.util.ServiceLoader} when a {@link
 * dev.ginkgo.cluster.Cluster} is constructed.
 */
public interface CoordinatorProvider {

    /** Returns the name of the engine: the value of {@code engine} in {@code [cluster.coordinator]}. */
    String name();

    /**
     * Creates a coordinator for one cluster. Called while the configuration is being bound; must not open anything.
     */
    Coordinator create();
}
