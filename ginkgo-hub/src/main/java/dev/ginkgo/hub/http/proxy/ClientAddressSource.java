package dev.ginkgo.hub.http.proxy;

/** Where a trusted proxy names its client. */
public enum ClientAddressSource {
    /** In the header {@code X-Forwarded-For}, to whose end each proxy adds the address that it has seen. */
    X_FORWARDED_FOR,
    /** In the parameter {@code for} of the header {@code Forwarded} (RFC 7239). */
    FORWARDED,
    /** In a PROXY protocol header, version 1 or 2, at the start of each connection (HAProxy's {@code proxy-protocol.txt}). */
    PROXY_PROTOCOL
}
