/**
 * Access to the HTTP front: credentials of requests, the responses 401 and 403, cookies and tickets for browsers. Depends on
 * {@code dev.ginkgo.hub.http.server} and {@code dev.ginkgo.hub.access}.
 */
@NullMarked
package dev.ginkgo.hub.http.access;

import org.jspecify.annotations.NullMarked;
