package dev.ginkgo.hub.http.tls;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * TLS of one connection, which is closed if its client sends many records without data after the handshake. A client of TLS
 * 1.3 may ask for new keys with 27 bytes, as often as it likes: the hub then derives keys, and writes a record. Other
 * implementations accept 16 (Go) or 32 (OpenSSL, BoringSSL) such records in a row; the JDK accepts any number.
 */
final class LimitedSslHandler extends SslHandler {
    static final int MAX_RECORDS_WITHOUT_DATA = 32;

    private int recordsWithoutData;

    LimitedSslHandler(SSLEngine engine, Executor tasks) {
        super(engine, false, tasks);
    }

    /** Notices the data that has been decrypted. Follows this handler in the pipeline. */
    final class DataObserver extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object data) {
            recordsWithoutData = -1; // its record is counted below
            context.fireChannelRead(data);
        }
    }

    /** Called for each record. */
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws SSLException {
        int before = in.readableBytes();
        super.decode(context, in, out);
        if (in.readableBytes() < before && handshakeFuture().isSuccess()) {
            recordsWithoutData++;
            if (recordsWithoutData > MAX_RECORDS_WITHOUT_DATA) {
                in.skipBytes(in.readableBytes());
                DisconnectReason.REFUSED.mark(context.channel());
                context.channel().unsafe().close(context.newPromise());
            }
        }
    }
}
