/**
 * Channel names, selectors (names, patterns and lists) with the trie that matches them, payloads, and subscribe requests.
 * Depends on {@link dev.ginkgo.hub.message}.
 */
@NullMarked
package dev.ginkgo.hub.channel;

import org.jspecify.annotations.NullMarked;
