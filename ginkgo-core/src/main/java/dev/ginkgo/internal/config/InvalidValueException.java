package dev.ginkgo.internal.config;

import dev.ginkgo.config.Secret;

/** A value that a setting cannot take, with the reason in one line; and the same for a secret, without the value. */
final class InvalidValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String masked;

    private InvalidValueException(String message, String masked) {
        super(message);
        this.masked = masked;
    }

    /** A reason that quotes the value itself; of a secret, only the type is told. */
    static InvalidValueException unreadable(String message, String type) {
        return new InvalidValueException(message, Secret.MASK + " is not of type " + type);
    }

    /** A reason that reads on after the value: {@code is outside 1..60000}. */
    static InvalidValueException rejected(String value, String reason) {
        return new InvalidValueException(value + " " + reason, Secret.MASK + " " + reason);
    }

    /** What a record's constructor says to its components; it may quote any of them. */
    static InvalidValueException inconsistent(String message) {
        return new InvalidValueException(
                message, "the values do not fit together, and are not shown: there is a secret among them");
    }

    /** The same of a part: {@code element 2: "x" is not an address}. */
    InvalidValueException inPart(String part) {
        return new InvalidValueException(part + ": " + getMessage(), part + ": " + masked);
    }

    String message(boolean secret) {
        return secret ? masked : String.valueOf(getMessage());
    }
}
