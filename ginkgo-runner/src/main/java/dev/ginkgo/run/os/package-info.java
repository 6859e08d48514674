/**
 * Functions of the operating system that the JDK does not offer: users and groups, privileges, umask, working folder.
 * Called through the foreign function API. For internal use by the {@code ginkgo} command.
 *
 * <p>Depends on no other package.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.os;
