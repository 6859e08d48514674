package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A text that is never printed: whatever formats it gets {@value #MASK}. Only {@link #reveal()} tells it. */
public final class Secret {
    /** What stands wherever a secret would be printed. */
    public static final String MASK = "••••••";

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    public static Secret of(String text) {
        return new Secret(requireNonNull(text, "text is null"));
    }

    /** The text itself. Hand it to the one who needs it; do not keep it in a field and do not put it in a message. */
    public String reveal() {
        return text;
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Compares in a time that does not tell where two secrets differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** {@value #MASK}. */
    @Override
    public String toString() {
        return MASK;
    }

    private byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
