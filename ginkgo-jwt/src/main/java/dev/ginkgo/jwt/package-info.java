/** Authenticator for JSON Web Tokens (RFC 7519), with the library Nimbus JOSE + JWT. */
@NullMarked
package dev.ginkgo.jwt;

import org.jspecify.annotations.NullMarked;
