/**
 * Message hub: publish/subscribe over channels. {@link dev.ginkgo.hub.MessageHub} is the entry point.
 *
 * <p>A channel is a log, and a subscription is a cursor in it. The {@code Store} retains the messages of all channels
 * within one budget, and its {@code ChannelRegistry} holds the channels. An {@code EncodedFeed} is one channel in one
 * wire format, encoded once into {@code Slab}s that all its subscribers share. A {@code StreamSubscriber} is a
 * connection with a cursor; a {@code DeliveryLoop} advances the cursors of one event loop. No message is queued per
 * subscriber, and a publisher never waits for one.
 *
 * <p>This package depends on all other packages of the hub; none depends on it.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub;
