package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.nats.client.NameTokens;
import java.net.URI;
import java.util.Optional;

/** A member as an entry of the bucket. */
final class MemberEntry {
    private static final String PREFIX = "member.";

    private MemberEntry() {}

    static String key(String name) {
        return PREFIX + NameTokens.encode(name);
    }

    static boolean isKey(String key) {
        return key.startsWith(PREFIX);
    }

    /**
     * Returns the name in a key.
     *
     * @throws IllegalArgumentException if it is not the key of a member
     */
    static String name(String key) {
        return NameTokens.decode(key.substring(PREFIX.length()));
    }

    /** Returns the name in a key; empty if it is not the key of a member. */
    static Optional<String> findName(String key) {
        try {
            return Optional.of(name(key));
        } catch (IllegalArgumentException _) { // of another program
            return Optional.empty();
        }
    }

    static byte[] encode(Member member) {
        return EntryFields.empty()
                .with("incarnation", member.incarnation())
                .with("identity", member.identity())
                .with("transport", member.transport())
                .with("url", member.url())
                .with("version", member.version())
                .encode();
    }

    /**
     * Returns the member.
     *
     * @throws IllegalArgumentException if the value is malformed
     */
    static Member decode(String name, byte[] value) {
        EntryFields fields = EntryFields.decode(value);
        return new Member(
                name,
                fields.number("incarnation"),
                Address.of(fields.get("identity")),
                fields.find("transport").map(Address::of),
                fields.find("url").map(URI::create),
                fields.get("version"));
    }
}
