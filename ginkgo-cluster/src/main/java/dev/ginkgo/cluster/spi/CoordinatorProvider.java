package dev.ginkgo.cluster.spi;

/** Makes the coordinators of one kind. Found by {@link java.util.ServiceLoader} when a cluster is declared. */
public interface CoordinatorProvider {

    /** What {@code engine = "…"} in {@code [cluster.coordinator]} calls it. */
    String name();

    /** A new one, for one cluster. Called while binding; nothing may be opened here. */
    Coordinator create();
}
