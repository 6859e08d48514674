package dev.ginkgo.hub.http.access;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** What TLS knows about a connection. Called on its event loop. */
final class Tls {
    private Tls() {}

    /** Returns whether the connection is encrypted by the hub itself. */
    static boolean isSecure(Channel channel) {
        return handler(channel) != null;
    }

    /** Returns the verified certificate chain of the client, its own first; empty if there is none. */
    static List<X509Certificate> clientCertificates(Channel channel) {
        SslHandler handler = handler(channel);
        if (handler == null) {
            return List.of();
        }
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return Arrays.stream(chain)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException noCertificate) {
            return List.of();
        }
    }

    /** A stream of HTTP/2 is a channel whose parent has the handler. */
    private static @Nullable SslHandler handler(@Nullable Channel channel) {
        for (Channel each = channel; each != null; each = each.parent()) {
            SslHandler handler = each.pipeline().get(SslHandler.class);
            if (handler != null) {
                return handler;
            }
        }
        return null;
    }
}
