package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Cursor;

/** Result of joining a feed: the group of the connection, and its own cursor. */
record JoinResult(SubscriberGroup group, Cursor cursor) {}
