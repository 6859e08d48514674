/** What the hub and an implementation of JSON Web Tokens provide to each other. */
@NullMarked
package dev.ginkgo.hub.auth.jwt;

import org.jspecify.annotations.NullMarked;
