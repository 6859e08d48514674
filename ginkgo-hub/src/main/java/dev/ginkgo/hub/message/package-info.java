/**
 * Messages, their ids, starting points of subscriptions, and the exceptions of the public API. Depends on no other package
 * of the hub.
 */
@NullMarked
package dev.ginkgo.hub.message;

import org.jspecify.annotations.NullMarked;
