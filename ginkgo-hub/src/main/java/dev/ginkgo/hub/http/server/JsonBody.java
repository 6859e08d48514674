package dev.ginkgo.hub.http.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the small objects that the front answers with. */
public final class JsonBody {
    private static final JsonFactory FACTORY = new JsonFactory();

    @FunctionalInterface
    public interface FieldWriter {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private JsonBody() {}

    /** One object in UTF-8, and the end of its line, so that a shell goes on in the next one. */
    public static byte[] object(FieldWriter fieldWriter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fieldWriter.writeTo(json);
            json.writeEndObject();
            json.flush();
            bytes.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }
}
