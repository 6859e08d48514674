package dev.ginkgo.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.Status;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** A tree of services as JSON: one object each, with its children. What is empty is left out. */
final class TreeJson {
    private TreeJson() {}

    static String of(Status status) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(json, status);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string takes everything
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, Status status) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", status.path());
        json.writeStringField("type", status.type());
        json.writeStringField("state", status.state().name());
        json.writeStringField("since", status.since().toString());
        if (!status.reason().isEmpty()) {
            json.writeStringField("reason", status.reason());
        }
        if (status.failure().isPresent()) {
            json.writeStringField("failure", status.failure().get().toString());
        }
        json.writeNumberField("restarts", status.restarts());
        if (status.restartIn().isPresent()) {
            json.writeNumberField("restartInMillis", status.restartIn().get().toMillis());
        }
        json.writeNumberField("tasks", status.tasks());
        json.writeArrayFieldStart("children");
        for (Status child : status.children()) {
            write(json, child);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
