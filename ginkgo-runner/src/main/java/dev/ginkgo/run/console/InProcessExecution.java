package dev.ginkgo.run.console;

import dev.ginkgo.Service;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Execution engine for JShell that runs snippets in this process, on the calling thread, with the root service bound. */
final class InProcessExecution implements ExecutionControlProvider {
    private final Service root;
    private final LoaderDelegate loader;

    InProcessExecution(Service root, LoaderDelegate loader) {
        this.root = root;
        this.loader = loader;
    }

    @Override
    public String name() {
        return "ginkgo";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
        return new DirectExecutionControl(loader) {
            @Override
            protected String invoke(Method snippet)
                    throws IllegalAccessException, InvocationTargetException, IllegalArgumentException {
                try {
                    return ScopedValue.where(SnippetContext.ROOT, root)
                            .<String, ReflectiveOperationException>call(() -> valueString(snippet.invoke(null)));
                } catch (IllegalAccessException | InvocationTargetException e) {
                    throw e; // JShell distinguishes them
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("unexpected exception from Method.invoke", e);
                }
            }
        };
    }
}
