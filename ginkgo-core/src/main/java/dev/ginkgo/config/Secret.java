package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Confidential text. Its string form is {@value #MASK}, so that it cannot be printed by accident; only {@link
 * #reveal()} returns the text. Immutable.
 */
public final class Secret {
    /** Printed in place of a secret. */
    public static final String MASK = "••••••";

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** Returns a secret with the given text. */
    public static Secret of(String text) {
        return new Secret(requireNonNull(text, "text is null"));
    }

    /**
     * Returns the text. Pass it directly to the code that needs it; do not keep it in a field, and do not put it into a
     * message.
     */
    public String reveal() {
        return text;
    }

    /** Returns whether the text is empty. */
    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Compares in constant time, so that the duration does not reveal where two secrets differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns {@value #MASK}. */
    @Override
    public String toString() {
        return MASK;
    }

    private byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
