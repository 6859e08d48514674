package dev.ginkgo.etcd.client;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The servers of etcd, and the one in use. Thread-safe. */
final class Endpoints {
    private final List<URI> all;
    private final AtomicInteger current = new AtomicInteger();

    Endpoints(List<URI> all) {
        this.all = all;
    }

    URI current() {
        return all.get(current.get());
    }

    int size() {
        return all.size();
    }

    /** Uses the server after {@code failed}, unless another thread has moved on already. */
    void moveOn(URI failed) {
        int index = all.indexOf(failed);
        current.compareAndSet(index, (index + 1) % all.size());
    }
}
