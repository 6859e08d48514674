@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub.spi;
