package dev.ginkgo.run.console;

import dev.ginkgo.Service;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Runs snippets in this process and on the asking thread, which knows the root. */
final class InProcessExecution implements ExecutionControlProvider {
    private final Service root;
    private final ClassLoader loader;

    InProcessExecution(Service root, ClassLoader loader) {
        this.root = root;
        this.loader = loader;
    }

    @Override
    public String name() {
        return "ginkgo";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
        return new DirectExecutionControl(new SnippetClassLoader(loader)) {
            @Override
            protected String invoke(Method snippet)
                    throws IllegalAccessException, InvocationTargetException, IllegalArgumentException {
                try {
                    return ScopedValue.where(SnippetContext.ROOT, root)
                            .<String, ReflectiveOperationException>call(() -> valueString(snippet.invoke(null)));
                } catch (IllegalAccessException | InvocationTargetException e) {
                    throw e; // JShell tells one from the other
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("a method that is called throws nothing else", e);
                }
            }
        };
    }
}
