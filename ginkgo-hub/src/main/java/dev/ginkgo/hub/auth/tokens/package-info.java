/** The file with the users of a hub: hashes of their tokens, subjects of their certificates, and their grants. */
@NullMarked
package dev.ginkgo.hub.auth.tokens;

import org.jspecify.annotations.NullMarked;
