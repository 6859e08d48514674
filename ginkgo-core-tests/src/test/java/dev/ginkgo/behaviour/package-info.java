/** The behaviours of the core, each test named by the id that it proves; see docs/behaviours.md. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.behaviour;
