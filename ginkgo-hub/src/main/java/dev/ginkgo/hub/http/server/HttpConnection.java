package dev.ginkgo.hub.http.server;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

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

    /** Stops reading until {@link #resume} is called with the response. */
    void pause();

    /** Continues after {@link #pause}: {@code sender} sends the response on the event loop, unless it is closed. Any thread. */
    void resume(FullHttpResponse response, Consumer<FullHttpResponse> sender);

    /**
     * Removes the handlers for requests: the channel becomes a stream, and its owner adds handlers for what the client sends.
     *
     * @return what defines how the response is written to the channel
     */
    StreamOutput detachForStream();
}
