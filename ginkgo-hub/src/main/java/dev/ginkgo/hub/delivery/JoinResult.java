package dev.ginkgo.hub;

/** What a connection gets when it joins: the group that it reads with, and a cursor of its own. */
record Place(Group group, Cursor cursor) {}
