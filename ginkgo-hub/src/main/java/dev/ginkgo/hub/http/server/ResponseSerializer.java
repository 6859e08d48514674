package dev.ginkgo.hub.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;

/** Serializes responses for connections whose HTTP encoder has been removed from the pipeline. */
public final class ResponseSerializer {
    private ResponseSerializer() {}

    /** Returns the bytes of a response, and releases the response. */
    public static ByteBuf serialize(FullHttpResponse response) {
        StringBuilder head = new StringBuilder(256);
        head.append(response.protocolVersion())
                .append(' ')
                .append(response.status())
                .append("\r\n");
        response.headers()
                .forEach(header -> head.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append("\r\n"));
        head.append("\r\n");
        try {
            return Unpooled.buffer(head.length() + response.content().readableBytes())
                    .writeBytes(head.toString().getBytes(ISO_8859_1))
                    .writeBytes(response.content());
        } finally {
            response.release();
        }
    }
}
