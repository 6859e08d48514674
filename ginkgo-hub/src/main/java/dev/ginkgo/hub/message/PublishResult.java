package dev.ginkgo.hub.message;

/**
 * Result of a publish.
 *
 * @param id the id of the message, as subscribers see it
 * @param channel the name of the channel
 * @param receivers subscribers of the channel on this node at the time of the publish; each receives either the message
 *     or a gap
 * @param peers other nodes to which the message was sent
 */
public record PublishResult(String id, String channel, int receivers, int peers) {}
