/**
 * Authentication and authorization of the hub's clients: the {@link dev.ginkgo.hub.auth.Authenticator} that programs
 * and libraries implement, and the grants that it returns.
 */
@NullMarked
package dev.ginkgo.hub.auth;

import org.jspecify.annotations.NullMarked;
