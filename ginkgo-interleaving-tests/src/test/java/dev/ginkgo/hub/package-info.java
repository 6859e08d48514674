/** Tests in many interleavings of threads. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.hub;
