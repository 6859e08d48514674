@org.jspecify.annotations.NullMarked
package dev.ginkgo.nats.testing;
