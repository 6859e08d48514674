/** What the command keeps between two starts, to be quicker: the classes of a source that was compiled before. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.cache;
