/** HTTP/1.1: strict parsing of requests, pipelining in turns. Depends on {@code dev.ginkgo.hub.http.server}. */
@NullMarked
package dev.ginkgo.hub.http.h1;

import org.jspecify.annotations.NullMarked;
