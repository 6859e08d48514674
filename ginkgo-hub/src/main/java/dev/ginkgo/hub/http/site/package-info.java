/** HTML pages: the live view of a channel, and the files of {@code http.page}. Depends on {@code dev.ginkgo.hub.http.server}. */
@NullMarked
package dev.ginkgo.hub.http.site;

import org.jspecify.annotations.NullMarked;
