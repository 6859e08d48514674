package dev.ginkgo.hub;

/** Where a reader begins: its group, and where in its feed. */
record Place(Group group, Beginning beginning) {}
