package dev.ginkgo.hub.spi;

import dev.ginkgo.Service;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The transports or brokers of several nodes in one tree, so that the leak check runs after all have stopped. */
final class TransportNodes extends Service {
    /** Maximum number of nodes in one test. */
    private static final int MAX_NODES = 250;

    private int started;

    TransportNodes() {
        allowChildren("node-*");
    }

    /** Returns the same settings for each node. */
    static String settings(String each) {
        return IntStream.rangeClosed(1, MAX_NODES)
                .mapToObj(n -> "[node-" + n + "]\n" + each + "\n")
                .collect(Collectors.joining());
    }

    void start(Service node) {
        started++;
        add("node-" + started, node);
    }

    void stop(Service node) {
        remove(node);
    }
}
