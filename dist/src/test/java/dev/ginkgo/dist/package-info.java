/** Tests of the distribution: its archive is unpacked and its commands are run. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.dist;
