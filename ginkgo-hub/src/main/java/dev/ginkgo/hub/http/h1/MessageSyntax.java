package dev.ginkgo.hub.http.h1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Checks the bytes of a request for syntax that Netty's decoder accepts and other implementations parse differently: a
 * bare CR or LF before the request line, folded header and trailer lines, and chunk sizes that do not follow the grammar
 * (RFC 9112, sections 2.2, 5.2 and 7.1). It sees exactly the bytes that the decoder has consumed.
 */
final class MessageSyntax {
    private enum Part {
        /** Empty lines before the request line, which a server ignores. */
        EMPTY_LINES,
        HEAD,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        /** A body with a length. */
        OTHER
    }

    private Part part = Part.EMPTY_LINES;
    private boolean afterCr;
    private boolean lineStart;
    private boolean started;
    private long chunkLeft;
    private final ChunkSizeLine chunkSize = new ChunkSizeLine();

    /** Expects the head of the next request. */
    void startHead() {
        part = Part.EMPTY_LINES;
        afterCr = false;
        lineStart = false;
        started = false;
    }

    /** Expects the body of the request whose head has been checked. */
    void startBody(boolean chunked) {
        part = chunked ? Part.CHUNK_SIZE : Part.OTHER;
        chunkSize.reset();
    }

    boolean isInHead() {
        return part == Part.EMPTY_LINES || part == Part.HEAD;
    }

    /** Returns whether a part of a request has been checked, but not all of it. */
    boolean isStarted() {
        return started;
    }

    /**
     * Checks bytes.
     *
     * @return what is wrong; null if nothing is
     */
    @Nullable
    String check(ByteBuf bytes, int from, int to) {
        started |= to > from;
        int at = from;
        while (at < to) {
            switch (part) {
                case OTHER -> {
                    return null;
                }
                case CHUNK_DATA -> {
                    int data = (int) Math.min(chunkLeft, to - at);
                    chunkLeft -= data;
                    at += data;
                    if (chunkLeft == 0) {
                        part = Part.CHUNK_END;
                    }
                }
                default -> {
                    String problem = check(bytes.getByte(at++));
                    if (problem != null) {
                        return problem;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable String check(byte b) {
        switch (part) {
            case EMPTY_LINES -> {
                if (afterCr != (b == '\n')) {
                    return "a CR or LF before the request line must be part of a CRLF";
                }
                afterCr = b == '\r';
                if (b != '\r' && b != '\n') {
                    part = Part.HEAD;
                }
            }
            case HEAD, TRAILER -> {
                if (lineStart && (b == ' ' || b == '\t')) {
                    return "a header line must not begin with whitespace (line folding is obsolete)";
                }
                lineStart = b == '\n';
            }
            case CHUNK_SIZE -> {
                if (b != '\n') {
                    return chunkSize.add(b) ? null : malformedChunk();
                }
                if (!chunkSize.isComplete()) {
                    return malformedChunk();
                }
                chunkLeft = chunkSize.value();
                part = chunkLeft == 0 ? Part.TRAILER : Part.CHUNK_DATA;
                lineStart = true;
                chunkSize.reset();
            }
            case CHUNK_END -> {
                if (b == '\n') {
                    part = Part.CHUNK_SIZE; // the decoder has checked the CRLF
                }
            }
            case CHUNK_DATA, OTHER -> throw new IllegalStateException("not a part with lines: " + part);
        }
        return null;
    }

    private static String malformedChunk() {
        return "a chunk size must be hexadecimal digits, followed only by valid chunk extensions";
    }
}
