/** What those who build on Ginkgo's insides need: nothing here is for a plain service. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.spi;
