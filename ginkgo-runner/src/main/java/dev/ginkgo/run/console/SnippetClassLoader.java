package dev.ginkgo.run.console;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;

/** Class loader of snippets; its parent is the loader of the user's classes. */
final class SnippetClassLoader extends ClassLoader implements LoaderDelegate {
    private final Map<String, byte[]> compiled = new ConcurrentHashMap<>();

    SnippetClassLoader(ClassLoader parent) {
        super("snippets", parent);
    }

    @Override
    public void load(ExecutionControl.ClassBytecodes[] classes) throws ExecutionControl.ClassInstallException {
        classesRedefined(classes);
        boolean[] loaded = new boolean[classes.length];
        try {
            for (int i = 0; i < classes.length; i++) {
                Class.forName(classes[i].name(), false, this);
                loaded[i] = true;
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ExecutionControl.ClassInstallException("cannot load a snippet: " + e, loaded);
        }
    }

    @Override
    public void classesRedefined(ExecutionControl.ClassBytecodes[] classes) {
        for (ExecutionControl.ClassBytecodes each : classes) {
            compiled.put(each.name(), each.bytecodes());
        }
    }

    @Override
    public void addToClasspath(String path) throws ExecutionControl.InternalException {
        throw new ExecutionControl.InternalException("the class path of a running process cannot be changed");
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = compiled.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
