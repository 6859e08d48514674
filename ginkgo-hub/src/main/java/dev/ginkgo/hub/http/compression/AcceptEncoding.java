package dev.ginkgo.hub.http.compression;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;

/** Evaluation of {@code Accept-Encoding} (RFC 9110, section 12.5.3). */
public final class AcceptEncoding {
    private AcceptEncoding() {}

    /** Returns whether a client accepts gzip, and does not prefer a response without compression. */
    public static boolean prefersGzip(HttpHeaders headers) {
        double gzip = -1;
        double any = -1;
        double identity = 0; // acceptable unless it is excluded, but asking for another coding prefers that one
        for (String part : String.join(",", headers.getAll(HttpHeaderNames.ACCEPT_ENCODING))
                .split(",", -1)) {
            String[] fields = part.split(";", -1);
            double quality = quality(fields);
            switch (fields[0].strip().toLowerCase(Locale.ROOT)) {
                case "gzip", "x-gzip" -> gzip = Math.max(gzip, quality);
                case "*" -> any = quality;
                case "identity" -> identity = quality;
                default -> {}
            }
        }
        double accepted = gzip < 0 ? any : gzip;
        return accepted > 0 && accepted >= identity;
    }

    private static double quality(String[] fields) {
        for (int i = 1; i < fields.length; i++) {
            String field = fields[i].strip();
            if (field.regionMatches(true, 0, "q=", 0, 2)) {
                try {
                    return Math.clamp(Double.parseDouble(field.substring(2)), 0, 1);
                } catch (NumberFormatException e) {
                    return 0; // a coding with a malformed quality is ignored
                }
            }
        }
        return 1;
    }
}
