/** Lines over TCP: a server, a client that stays connected, and the connection that both hand to a handler. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.net;
