package dev.ginkgo.hub.http.compression;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Compression of complete responses. */
public final class GzipContent {
    /** Shorter contents are sent as they are: the response is one packet in any case. */
    private static final int MIN_LENGTH = 1024;

    private GzipContent() {}

    /**
     * Returns a content compressed; empty if it is short, of a type that is compressed already, or does not become shorter. Takes about
     * 20 ms for a megabyte.
     */
    public static Optional<byte[]> compress(String type, byte[] content) {
        if (content.length < MIN_LENGTH || !isText(type)) {
            return Optional.empty();
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(content.length / 2);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not of a stream in memory
        }
        return compressed.size() < content.length ? Optional.of(compressed.toByteArray()) : Optional.empty();
    }

    /** Compresses the content of a response, if that makes it shorter; releases the argument if the result is another one. */
    public static FullHttpResponse compress(FullHttpResponse response) {
        HttpHeaders headers = response.headers();
        if (headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                || response.content().readableBytes() < MIN_LENGTH) {
            return response;
        }
        Optional<byte[]> compressed =
                compress(headers.get(HttpHeaderNames.CONTENT_TYPE, ""), ByteBufUtil.getBytes(response.content()));
        if (compressed.isEmpty()) {
            return response;
        }
        FullHttpResponse result = response.replace(Unpooled.wrappedBuffer(compressed.get()));
        response.release();
        result.headers().set(HttpHeaderNames.CONTENT_LENGTH, compressed.get().length);
        markCompressed(result.headers());
        return result;
    }

    /**
     * Sets the headers of a response whose content is compressed. Its entity tag becomes a weak one: a strong tag names one sequence
     * of bytes (RFC 9110, section 8.8.3.3).
     */
    public static void markCompressed(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
        String tag = headers.get(HttpHeaderNames.ETAG, "");
        if (tag.startsWith("\"")) {
            headers.set(HttpHeaderNames.ETAG, "W/" + tag);
        }
    }

    /** Notes that the response depends on whether the client accepts compression. */
    public static void addVary(HttpHeaders headers) {
        headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    }

    private static boolean isText(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.startsWith("text/")
                || lower.contains("json")
                || lower.contains("javascript")
                || lower.contains("svg")
                || lower.contains("openmetrics")
                || lower.startsWith("application/wasm");
    }
}
