package dev.ginkgo.hub.http.compression;

/** What a hub compresses for clients that accept it: the setting {@code http.compression}. */
public enum CompressionScope {
    /** Nothing. */
    NONE,

    /** Files of pages, whose content is the same for every client. */
    PAGES,

    /**
     * Also streams, polls, WebSockets and JSON documents. If a secret and a text of an attacker are compressed together, the length
     * of the result reveals something about the secret, also through TLS (BREACH).
     */
    ALL;

    /** Returns whether pages are compressed. */
    public boolean includesPages() {
        return this != NONE;
    }

    /** Returns whether messages and data are compressed. */
    public boolean includesMessages() {
        return this == ALL;
    }
}
