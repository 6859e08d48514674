/** Negotiation of the compression of HTTP responses, and of complete responses. */
@NullMarked
package dev.ginkgo.hub.http.compression;

import org.jspecify.annotations.NullMarked;
