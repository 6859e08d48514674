/**
 * Version vectors and eviction watermarks, also of channels that no longer exist: which messages of each origin have been
 * received, and which are gone. Depends on {@link dev.ginkgo.hub.channel} and {@link dev.ginkgo.hub.message}.
 */
@NullMarked
package dev.ginkgo.hub.position;

import org.jspecify.annotations.NullMarked;
