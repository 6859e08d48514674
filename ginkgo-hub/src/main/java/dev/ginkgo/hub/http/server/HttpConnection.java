package dev.ginkgo.hub.http.server;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What carries a request and its response: a connection of HTTP/1.1, or one stream of an HTTP/2 connection. All methods are
 * called on its event loop, unless they say otherwise.
 */
public interface HttpConnection {
    /** Returns the channel: the socket of an HTTP/1.1 connection, or the child channel of an HTTP/2 stream. */
    Channel channel();

    /** Returns the channel of the whole connection, which all streams of an HTTP/2 connection share. */
    default Channel connectionChannel() {
        return channel();
    }

    /** Returns the network of the client, by which limits per address count. */
    InetAddress clientNetwork();

    /** Returns how the connection is secured. Any thread. */
    ConnectionSecurity security();

    /** Returns whether the client uses TLS. */
    default boolean isSecure() {
        return security().isTls();
    }

    /**
     * Returns the certificate chain of the client, which has been verified against {@code http.tls.client-ca}; its own
     * certificate is the first. Empty if the client has sent none, and without TLS.
     */
    default List<X509Certificate> clientCertificates() {
        return security().clientCertificates();
    }

    /** Sends an interim response at once, after which the client sends the body. */
    void sendContinue(HttpResponse informational);

    /** Makes the next response the last one of an HTTP/1.1 connection. A stream of HTTP/2 has a single response. */
    void closeAfterResponse();

    /** Sends a complete response. */
    void send(FullHttpResponse response);

    /** Stops reading and processing requests until {@link #resume}. */
    void pause();

    /** Continues after {@link #pause} with an action on the event loop, unless the connection is closed. Any thread. */
    void resume(Runnable action);

    /**
     * Sends the response of an exchange when it is available, after the responses to the requests before it. Until then, a
     * connection of HTTP/1.1 reads nothing, or processes what follows if it may overlap.
     *
     * @param response completed by any thread, and not exceptionally
     */
    void sendLater(Exchange exchange, CompletableFuture<FullHttpResponse> response, Overlap overlap);

    /**
     * Removes the handlers for requests: the channel becomes a stream, and its owner adds handlers for what the client sends.
     *
     * @return what defines how the response is written to the channel
     */
    StreamOutput detachForStream();
}
