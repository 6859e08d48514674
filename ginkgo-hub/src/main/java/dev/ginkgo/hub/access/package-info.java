/** Decides what a request may do: the access of its credentials, tickets, and the settings of both. */
@NullMarked
package dev.ginkgo.hub.access;

import org.jspecify.annotations.NullMarked;
