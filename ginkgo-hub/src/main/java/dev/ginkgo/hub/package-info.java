/**
 * Channels, and those who read them. A channel is a log, a subscription is a cursor: {@link
 * dev.ginkgo.hub.MessageHub} is where to begin.
 *
 * <p>How it is built, from the ground up: a {@code Store} keeps the messages of all channels within one budget, and its
 * {@code ChannelRegistry} knows which channels there are. A {@code EncodedFeed} is one channel in one framing, encoded once, in {@code
 * Slab}s that all its readers share. A {@code StreamSubscriber} is a connection and a position; a {@code DeliveryLoop} moves those of
 * one event loop. Nothing is queued for a reader, and nobody waits for one.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub;
