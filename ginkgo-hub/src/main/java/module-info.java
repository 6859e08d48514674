/** The message hub: channels as logs, subscriptions as cursors, HTTP, WebSocket and replication between nodes. */
module dev.ginkgo.hub {
    requires transitive dev.ginkgo.cluster;
    requires com.fasterxml.jackson.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.haproxy;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires io.prometheus.writer.text;
    requires io.prometheus.metrics.model;
    requires static micrometer.core; // only for programs that bind the meters of HubMeters
    requires static transitive org.jspecify;

    exports dev.ginkgo.hub;
    exports dev.ginkgo.hub.auth;
    exports dev.ginkgo.hub.auth.jwt;
    exports dev.ginkgo.hub.message;
    exports dev.ginkgo.hub.replication.local;
    exports dev.ginkgo.hub.spi;

    uses dev.ginkgo.hub.auth.jwt.JwtProvider;
    uses dev.ginkgo.hub.spi.BrokerProvider;
    uses dev.ginkgo.hub.spi.TransportProvider;
}
