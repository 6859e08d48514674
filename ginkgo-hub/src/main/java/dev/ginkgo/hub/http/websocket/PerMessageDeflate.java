package dev.ginkgo.hub.http.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Negotiation of the extension {@code permessage-deflate} (RFC 7692), in which no message refers to one before it: so that messages
 * can be compressed once for all subscribers, and no connection needs memory for it.
 */
public final class PerMessageDeflate {
    /** Base-two logarithm of the maximum distance to which compressed messages refer: that of 4 KiB. */
    static final int WINDOW_BITS = 12;

    private static final String NAME = "permessage-deflate";
    private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
    private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";

    /** The reserved bit of the first frame of a compressed message. */
    private static final int RSV1 = 4;

    private PerMessageDeflate() {}

    /**
     * Returns the value of {@code Sec-WebSocket-Extensions} that accepts the first acceptable offer of a request; empty if there is
     * none. An offer is not acceptable if it limits the window of the hub to less than {@value #WINDOW_BITS} bits, or has an
     * invalid or unknown parameter.
     */
    public static Optional<String> accept(HttpHeaders request) {
        String offers = String.join(",", request.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
        for (String offer : offers.split(",", -1)) {
            String[] parts = offer.split(";", -1);
            if (parts[0].strip().equals(NAME)) {
                Optional<String> accepted = accept(parts);
                if (accepted.isPresent()) {
                    return accepted;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Checks the reserved bits of a frame (RFC 7692, section 6): the first frame of a message may say that it is compressed.
     *
     * @throws CorruptedWebSocketFrameException if others are set
     */
    public static void checkReservedBits(WebSocketFrame frame) {
        if (frame.rsv() != 0 && !isCompressed(frame)) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.PROTOCOL_ERROR, "a reserved bit is set that has no meaning in this frame");
        }
    }

    /** Returns whether a frame is the first one of a compressed message. */
    public static boolean isCompressed(WebSocketFrame frame) {
        return frame.rsv() == RSV1 && isFirst(frame);
    }

    /** Returns whether a frame is the first one of a message. */
    public static boolean isFirst(WebSocketFrame frame) {
        return frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
    }

    private static Optional<String> accept(String[] parts) {
        StringBuilder response = new StringBuilder(NAME)
                .append("; ")
                .append(SERVER_NO_CONTEXT)
                .append("; ")
                .append(CLIENT_NO_CONTEXT);
        Set<String> names = new HashSet<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            String name = pair[0].strip().toLowerCase(Locale.ROOT);
            int bits = pair.length == 2 ? windowBits(pair[1].strip()) : 0; // -1 is invalid, 0 is no value
            boolean valid = names.add(name)
                    && switch (name) {
                        case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> bits == 0;
                        case CLIENT_WINDOW -> bits >= 0;
                        case SERVER_WINDOW -> bits >= WINDOW_BITS;
                        default -> false;
                    };
            if (!valid) {
                return Optional.empty();
            }
            if (name.equals(SERVER_WINDOW)) {
                response.append("; ").append(SERVER_WINDOW).append('=').append(WINDOW_BITS);
            }
        }
        return Optional.of(response.toString());
    }

    /** Returns the value of a parameter, which may be a quoted string; -1 if it is not a number from 8 to 15. */
    private static int windowBits(String value) {
        String number = value.length() > 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
        return number.matches("[89]|1[0-5]") ? Integer.parseInt(number) : -1;
    }
}
