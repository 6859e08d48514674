/**
 * Tests of the core's documented behaviours. Each test names the id that it proves; see docs/behaviours.md. This
 * package holds the fixtures that its subpackages share; it depends on ginkgo-core and ginkgo-testing.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.behaviour;
