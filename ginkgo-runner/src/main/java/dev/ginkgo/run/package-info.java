/** The {@code ginkgo} command. Nothing here is an API for programs; what is promised is the command line. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run;
