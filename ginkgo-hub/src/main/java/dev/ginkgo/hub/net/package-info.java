/** Client addresses as limits count them. Depends on no other package of the project. */
@NullMarked
package dev.ginkgo.hub.net;

import org.jspecify.annotations.NullMarked;
