package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Payload of a message: {@code #}, its number, filler, {@code !}. Neither of the two characters occurs in what servers add,
 * so that a subscriber finds the messages in any format, and checks that none is missing or repeated.
 */
final class Payload {
    /** Messages that one publisher can number. Those of publisher {@code n} begin with {@code n} times this. */
    static final long NUMBERS = 1_000_000_000;

    private Payload() {}

    /** Creates the payload of a message. */
    static byte[] of(long number, int bytes) {
        byte[] payload = new byte[bytes];
        Arrays.fill(payload, (byte) 'x');
        byte[] start = ("#" + number).getBytes(US_ASCII);
        System.arraycopy(start, 0, payload, 0, start.length);
        payload[bytes - 1] = '!';
        return payload;
    }

    /** Reads the stream of one subscriber, which arrives in pieces. Not thread-safe. */
    static final class Reader {
        private final String server;
        private long number;
        private boolean inNumber;
        private long last = -1;
        private long[] lastOfPublisher = {-1};

        Reader(String server) {
            this.server = server;
        }

        /** Processes the next byte, and returns whether it completes a message. */
        boolean add(byte next) {
            if (next == '#') {
                number = 0;
                inNumber = true;
            } else if (next == '!') {
                check();
                last = number;
                inNumber = false;
                return true;
            } else if (inNumber) {
                if (next >= '0' && next <= '9') {
                    number = number * 10 + next - '0';
                } else {
                    inNumber = false;
                }
            }
            return false;
        }

        private void check() {
            int publisher = (int) (number / NUMBERS);
            if (publisher >= lastOfPublisher.length) {
                int known = lastOfPublisher.length;
                lastOfPublisher = Arrays.copyOf(lastOfPublisher, publisher + 1);
                Arrays.fill(lastOfPublisher, known, publisher + 1, -1);
            }
            long before = lastOfPublisher[publisher];
            if (before >= 0 && number != before + 1) {
                throw new IllegalStateException(server + " delivered message " + number + " after " + before);
            }
            lastOfPublisher[publisher] = number;
        }

        /** Returns the number of the last message. */
        long last() {
            return last;
        }
    }
}
