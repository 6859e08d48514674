package dev.ginkgo.hub.http.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the JSON objects of HTTP responses. */
public final class JsonBody {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Writes the fields of an object. */
    @FunctionalInterface
    public interface FieldWriter {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private JsonBody() {}

    /** Returns an object in UTF-8 with a final line feed, so that a shell prompt starts on the next line. */
    public static byte[] object(FieldWriter fieldWriter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fieldWriter.writeTo(json);
            json.writeEndObject();
            json.flush();
            bytes.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }
}
