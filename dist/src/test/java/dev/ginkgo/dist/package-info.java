/** What was packed, unpacked and run. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.dist;
