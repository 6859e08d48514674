package dev.ginkgo.hub.http.h1;

/**
 * Incremental parser of the line before a chunk: {@code 1*HEXDIG *( BWS ";" BWS token [ BWS "=" BWS ( token /
 * quoted-string ) ] ) CR} (RFC 9112, section 7.1). The decoder limits the length of the line.
 */
final class ChunkSizeLine {
    /** Visible ASCII characters that are not part of a token (RFC 9110, section 5.6.2). */
    private static final String DELIMITERS = "\"(),/:;<=>?@[\\]{}";

    private static final int MAX_DIGITS = 8;

    private enum State {
        SIZE,
        AFTER_SIZE,
        BEFORE_NAME,
        NAME,
        AFTER_NAME,
        BEFORE_VALUE,
        VALUE,
        QUOTED,
        ESCAPED,
        AFTER_QUOTED,
        CR,
        INVALID
    }

    private State state = State.SIZE;
    private long value;
    private int significantDigits;
    private boolean hasDigits;

    /** Starts the next line. */
    void reset() {
        state = State.SIZE;
        value = 0;
        significantDigits = 0;
        hasDigits = false;
    }

    /** Returns whether the line is valid, up to its CR. */
    boolean isComplete() {
        return state == State.CR;
    }

    /** Returns the size of the chunk. */
    long value() {
        return value;
    }

    /** Adds a byte of the line, except for its LF, and returns whether the line may still become valid. */
    boolean add(byte b) {
        state = next(b);
        return state != State.INVALID;
    }

    private State next(byte b) {
        boolean space = b == ' ' || b == '\t';
        return switch (state) {
            case SIZE -> size(b, space);
            case AFTER_SIZE -> space ? State.AFTER_SIZE : b == ';' ? State.BEFORE_NAME : State.INVALID;
            case BEFORE_NAME -> space ? State.BEFORE_NAME : isToken(b) ? State.NAME : State.INVALID;
            case NAME -> isToken(b) ? State.NAME : space ? State.AFTER_NAME : b == '=' ? State.BEFORE_VALUE : end(b);
            case AFTER_NAME ->
                space ? State.AFTER_NAME : b == '=' ? State.BEFORE_VALUE : b == ';' ? State.BEFORE_NAME : State.INVALID;
            case BEFORE_VALUE ->
                space ? State.BEFORE_VALUE : b == '"' ? State.QUOTED : isToken(b) ? State.VALUE : State.INVALID;
            case VALUE -> isToken(b) ? State.VALUE : space ? State.AFTER_SIZE : end(b);
            case QUOTED ->
                b == '"' ? State.AFTER_QUOTED : b == '\\' ? State.ESCAPED : isText(b) ? State.QUOTED : State.INVALID;
            case ESCAPED -> isText(b) ? State.QUOTED : State.INVALID;
            case AFTER_QUOTED -> space ? State.AFTER_SIZE : end(b);
            case CR, INVALID -> State.INVALID;
        };
    }

    private State size(byte b, boolean space) {
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            return !hasDigits ? State.INVALID : space ? State.AFTER_SIZE : end(b);
        }
        hasDigits = true;
        significantDigits += value == 0 && digit == 0 ? 0 : 1;
        value = value * 16 + digit;
        return significantDigits > MAX_DIGITS ? State.INVALID : State.SIZE;
    }

    /** Returns the state after a byte that may follow a complete element. */
    private static State end(byte b) {
        return b == ';' ? State.BEFORE_NAME : b == '\r' ? State.CR : State.INVALID;
    }

    private static boolean isToken(byte b) {
        return b > ' ' && b < 0x7f && DELIMITERS.indexOf(b) < 0;
    }

    /** Returns whether a byte may be part of a quoted string; bytes over 127 are signed here. */
    private static boolean isText(byte b) {
        return b == '\t' || (b >= ' ' && b != 0x7f) || b < 0;
    }
}
