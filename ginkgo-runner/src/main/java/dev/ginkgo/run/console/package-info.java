/** A JShell inside the process of a service, and the prompt that speaks to it. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.console;
