/** For each thing that an outsider can make grow: the hub of a small machine stays alive and serves others. */
@NullMarked
package dev.ginkgo.hub.exhaustion;

import org.jspecify.annotations.NullMarked;
