/**
 * Discovery of other nodes: by configured addresses resolved through DNS, and by UDP multicast. Depends on the key
 * derivation of the cluster module and JGroups, not on other packages of this module.
 */
@NullMarked
package dev.ginkgo.mesh.discovery;

import org.jspecify.annotations.NullMarked;
