package dev.ginkgo.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TaskScopeTest {

    @Test
    @DisplayName("T-60 a task closes all its resources, also if the close of one throws an Error, and keeps its result")
    void closesTheOtherResources_whenOneThrowsAnError() throws Exception {
        // Given a task with three resources, of which the second throws an Error
        List<String> closed = new ArrayList<>();
        String result = TaskScope.call(() -> {
            TaskScope.closeAtEnd(() -> closed.add("first"));
            TaskScope.closeAtEnd(() -> {
                closed.add("second");
                throw new NoClassDefFoundError("lost");
            });
            TaskScope.closeAtEnd(() -> closed.add("third"));
            return "done";
        });

        // Then
        assertThat(closed).containsExactly("third", "second", "first");
        assertThat(result).isEqualTo("done");
    }
}
