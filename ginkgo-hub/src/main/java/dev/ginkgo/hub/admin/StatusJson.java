package dev.ginkgo.hub.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.lifecycle.Status;
import java.io.IOException;
import java.util.Map;

/** Writes the status of a tree of services as JSON. Empty fields are omitted. */
public final class StatusJson {
    private StatusJson() {}

    /** Writes the fields of a service into the current object; its children are an array of such objects. */
    public static void writeFields(Status status, JsonGenerator json) throws IOException {
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
        if (!status.details().isEmpty()) {
            json.writeObjectFieldStart("details");
            for (Map.Entry<String, String> detail : status.details().entrySet()) {
                json.writeStringField(detail.getKey(), detail.getValue());
            }
            json.writeEndObject();
        }
        json.writeNumberField("restarts", status.restarts());
        if (status.nextRestartIn().isPresent()) {
            json.writeNumberField(
                    "restartInMillis", status.nextRestartIn().get().toMillis());
        }
        json.writeNumberField("tasks", status.tasks());
        if (!status.children().isEmpty()) {
            json.writeArrayFieldStart("children");
            for (Status child : status.children()) {
                json.writeStartObject();
                writeFields(child, json);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
