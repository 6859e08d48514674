@org.jspecify.annotations.NullMarked
package dev.ginkgo.internal.concurrent;
