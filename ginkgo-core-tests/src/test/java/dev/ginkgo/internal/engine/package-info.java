/** Tests of the engine. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.internal.engine;
