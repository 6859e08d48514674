package lab;

import java.io.IOException;

/** Counts the responses in what a publisher receives, which arrives in pieces. One instance for each connection. */
interface ResponseCounter {
    /**
     * Returns how many responses these bytes complete.
     *
     * @throws IOException if they contain an error
     */
    int add(byte[] bytes, int length) throws IOException;

    /** Counts how often a text occurs. No beginning of the text but the first byte may be repeated within it. */
    static ResponseCounter matching(byte[] wanted) {
        return new ResponseCounter() {
            private int matched;

            @Override
            public int add(byte[] bytes, int length) {
                int found = 0;
                for (int i = 0; i < length; i++) {
                    matched = bytes[i] == wanted[matched] ? matched + 1 : bytes[i] == wanted[0] ? 1 : 0;
                    if (matched == wanted.length) {
                        matched = 0;
                        found++;
                    }
                }
                return found;
            }
        };
    }
}
