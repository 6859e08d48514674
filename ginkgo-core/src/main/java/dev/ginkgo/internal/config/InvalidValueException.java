package dev.ginkgo.internal.config;

import dev.ginkgo.config.Secret;

/**
 * Thrown for a value that a setting does not accept. Has two messages, each in one line: one that may quote the value,
 * and one without the value, for secrets.
 */
final class InvalidValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String masked;
    private final String entry;

    private InvalidValueException(String message, String masked) {
        this(message, masked, "");
    }

    private InvalidValueException(String message, String masked, String entry) {
        super(message);
        this.masked = masked;
        this.entry = entry;
    }

    /** Returns an exception whose message quotes the value; for a secret, the message states only the type. */
    static InvalidValueException unreadable(String message, String type) {
        return new InvalidValueException(message, Secret.MASK + " is not of type " + type);
    }

    /** Returns an exception whose message is the value followed by the reason: {@code is outside 1..60000}. */
    static InvalidValueException rejected(String value, String reason) {
        return new InvalidValueException(value + " " + reason, Secret.MASK + " " + reason);
    }

    /** Returns an exception for an error of a record's constructor, which may quote any of its components. */
    static InvalidValueException inconsistent(String message) {
        return new InvalidValueException(
                message, "the values are inconsistent; they are not shown because one of them is a secret");
    }

    /** Returns this exception with the part in which it occurred: {@code element 2: "x" is not an address}. */
    InvalidValueException inPart(String part) {
        return new InvalidValueException(part + ": " + getMessage(), part + ": " + masked);
    }

    /** Returns this exception with the entry of a map or list in which it occurred. */
    InvalidValueException inEntry(String name) {
        return new InvalidValueException(String.valueOf(getMessage()), masked, name);
    }

    /** Returns the name of the entry in which it occurred; empty for the setting as a whole. */
    String entry() {
        return entry;
    }

    String message(boolean secret) {
        return secret ? masked : String.valueOf(getMessage());
    }
}
