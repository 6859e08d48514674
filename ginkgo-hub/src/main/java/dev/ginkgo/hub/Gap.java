package dev.ginkgo.hub;

/**
 * Messages that a reader will not get: the log let go of them before it had come that far.
 *
 * @param channel the channel's name
 * @param missed how many
 */
public record Gap(String channel, long missed) {}
