package dev.ginkgo.hub;

import java.util.List;

/**
 * How far behind the readers over HTTP are.
 *
 * @param all messages that they have yet to be sent, together
 * @param most the same of the slowest
 */
record Depth(long all, long most) {
    static Depth of(List<Standings.Standing> standings) {
        return new Depth(
                standings.stream().mapToLong(Standings.Standing::behind).sum(),
                standings.stream().mapToLong(Standings.Standing::behind).max().orElse(0));
    }
}
