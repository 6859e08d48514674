package dev.ginkgo.hub;

/**
 * How far behind the readers over HTTP are.
 *
 * @param all messages that they have yet to be sent, together
 * @param most the same of the slowest
 */
record Depth(long all, long most) {}
