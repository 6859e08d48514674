/**
 * State and identity of this node: what its tasks share, what it announces to its peers, and its JGroups address.
 * Depends on the coordinator SPI and JGroups, not on other packages of this module.
 */
@NullMarked
package dev.ginkgo.mesh.node;

import org.jspecify.annotations.NullMarked;
