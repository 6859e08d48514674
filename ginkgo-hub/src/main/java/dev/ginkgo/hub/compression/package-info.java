/** Compression of streams and messages with DEFLATE (RFC 1951). Independent of what is compressed. */
@NullMarked
package dev.ginkgo.hub.compression;

import org.jspecify.annotations.NullMarked;
