package dev.ginkgo.etcd.client;

import org.jspecify.annotations.Nullable;

/** A request that etcd did not answer, or answered with an error. The message names the endpoint. */
public final class EtcdException extends Exception {
    private static final long serialVersionUID = 1L;

    /** How a client reacts to a failed request. */
    enum Kind {
        /** The endpoint does not answer, or has no leader: another one may. */
        UNAVAILABLE,
        /** The token is unknown or too old: a new one may be accepted. */
        TOKEN,
        /** The lease or key does not exist. */
        NOT_FOUND,
        /** etcd rejects the request wherever it is sent. */
        REJECTED
    }

    private final Kind kind;

    EtcdException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
