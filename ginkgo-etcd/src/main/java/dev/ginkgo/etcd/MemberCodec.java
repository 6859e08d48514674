package dev.ginkgo.etcd;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.etcd.client.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.util.Optional;

/** JSON form of a member, which is the value of its key. Members of later versions may have more fields. */
final class MemberCodec {
    private static final JsonFactory FACTORY = new JsonFactory();

    private MemberCodec() {}

    static String encode(Member member) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("name", member.name());
            json.writeNumberField("incarnation", member.incarnation());
            json.writeStringField("identity", member.identity().toString());
            if (member.transport().isPresent()) {
                json.writeStringField("transport", member.transport().get().toString());
            }
            if (member.url().isPresent()) {
                json.writeStringField("url", member.url().get().toString());
            }
            json.writeStringField("version", member.version());
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    /** @throws IOException if the text is not a member */
    static Member decode(String text) throws IOException {
        JsonObject json = JsonObject.parse(text);
        try {
            return new Member(
                    json.text("name"),
                    json.number("incarnation"),
                    Address.of(json.text("identity")),
                    Optional.of(json.text("transport"))
                            .filter(address -> !address.isEmpty())
                            .map(Address::of),
                    Optional.of(json.text("url")).filter(url -> !url.isEmpty()).map(URI::create),
                    json.text("version"));
        } catch (IllegalArgumentException e) {
            throw new IOException(text + " is not a member: " + e.getMessage(), e);
        }
    }
}
