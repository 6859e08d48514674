/** Finds out which client a trusted proxy stands for. */
@NullMarked
package dev.ginkgo.hub.http.proxy;

import org.jspecify.annotations.NullMarked;
