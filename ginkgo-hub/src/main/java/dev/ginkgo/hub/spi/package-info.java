/** What a transport between nodes implements, and what it is given. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub.spi;
