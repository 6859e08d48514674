package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FindAllTest {

    private static class Leaf extends Service {}

    private static final class OtherLeaf extends Leaf {}

    private static final class Branch extends Service {
        final Leaf inner = add("inner", new Leaf());
    }

    private static final class Root extends Service {
        final Branch branch = add("branch", new Branch());
        final OtherLeaf leaf = add("leaf", new OtherLeaf());
    }

    @Test
    @DisplayName("findAll returns the services of a class, in the order of declaration, parents before children")
    void findsServicesByClass() {
        Root root = new Root();

        assertThat(Ginkgo.findAll(root, Leaf.class)).containsExactly(root.branch.inner, root.leaf);
        assertThat(Ginkgo.findAll(root, OtherLeaf.class)).containsExactly(root.leaf);
        assertThat(Ginkgo.findAll(root, Service.class))
                .containsExactly(root, root.branch, root.branch.inner, root.leaf);
        assertThat(Ginkgo.findAll(root.branch, Root.class)).isEmpty();
    }
}
