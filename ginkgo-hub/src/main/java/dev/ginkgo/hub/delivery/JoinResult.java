package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Cursor;

/** What a connection gets when it joins: the group that it reads with, and a cursor of its own. */
record JoinResult(SubscriberGroup group, Cursor cursor) {}
