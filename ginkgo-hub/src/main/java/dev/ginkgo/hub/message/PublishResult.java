package dev.ginkgo.hub.message;

/**
 * What became of a publish.
 *
 * @param id the message's id, the same that its readers see
 * @param channel the channel's name
 * @param receivers how many readers the channel had on this node at that moment; each will get the message, or be
 *     told a gap
 * @param peers how many other nodes it is on its way to
 */
public record PublishResult(String id, String channel, int receivers, int peers) {}
