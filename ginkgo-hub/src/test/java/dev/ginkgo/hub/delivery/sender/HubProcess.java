package dev.ginkgo.hub.delivery.sender;

import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;

/**
 * Program that starts a hub and prints its port. For the first line of its input it forbids {@code send(2)}, for the second one
 * it starts another hub, for the third one it ends.
 */
final class HubProcess {
    private HubProcess() {}

    static void main() throws Throwable {
        try (TestTree<MessageHub> _ = start()) {
            IO.readln();
            SystemCallFilter.forbidSend();
            IO.println("filtered");
            IO.readln();
            try (TestTree<MessageHub> _ = start()) {
                IO.readln();
            }
        }
    }

    private static TestTree<MessageHub> start() {
        TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), TimeSource.system(), "http.bind = '127.0.0.1:0'\nhttp.loops = 1");
        IO.println("port " + tree.root().address().port() + ".");
        return tree;
    }
}
