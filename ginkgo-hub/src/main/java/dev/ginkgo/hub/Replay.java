package dev.ginkgo.hub;

import java.util.function.Predicate;

/**
 * Which messages of a feed a reader wants before it has come to where all others are. It needs memory for none of them.
 *
 * @param until the number from which on it wants them all; it rises for a reader that has been further than this node
 * @param wanted of those before
 */
record Replay(long until, Predicate<Entry> wanted) {}
