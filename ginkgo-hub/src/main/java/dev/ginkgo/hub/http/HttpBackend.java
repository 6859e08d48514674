package dev.ginkgo.hub;

/** The part of a running hub that serves HTTP clients. */
interface HttpBackend {
    /** Accepts published messages. */
    Publisher publisher();

    /** Attaches the connections of subscribers. */
    Streams streams();

    Counters counters();
}
