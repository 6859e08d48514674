package dev.ginkgo.run.console;

import dev.ginkgo.run.program.UserClassLoader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;

/**
 * Defines snippets in the unnamed package and class loader of the root service, so that they may use its classes and
 * their members without a modifier. The snippets are compiled against {@link PackageStubs} in the package {@value
 * #SNIPPET_PACKAGE}, which is removed from their names. A class that is defined in that loader stays until the loader
 * is unloaded, so each session has names of its own.
 */
final class RootPackageLoader implements LoaderDelegate {
    /** The package in which JShell compiles snippets. */
    static final String SNIPPET_PACKAGE = "REPL";

    private static final int UTF8 = 1;
    private static final int STRING = 8;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;

    private final UserClassLoader loader;
    private final String prefix;

    /**
     * @param loader loader of the class of the root service
     * @param session number of the session, unique in this process
     */
    RootPackageLoader(UserClassLoader loader, long session) {
        this.loader = loader;
        this.prefix = "$Console" + session + "$";
    }

    @Override
    public void load(ExecutionControl.ClassBytecodes[] classes) throws ExecutionControl.ClassInstallException {
        for (ExecutionControl.ClassBytecodes each : classes) {
            loader.add(className(each.name()), renamed(each.bytecodes()));
        }
        boolean[] loaded = new boolean[classes.length];
        try {
            for (int i = 0; i < classes.length; i++) {
                Class.forName(className(classes[i].name()), false, loader);
                loaded[i] = true;
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ExecutionControl.ClassInstallException("cannot load a snippet: " + e, loaded);
        }
    }

    @Override
    public void classesRedefined(ExecutionControl.ClassBytecodes[] classes) {
        // does not happen: JShell replaces classes by others, because the execution control cannot redefine them
    }

    @Override
    public void addToClasspath(String path) {
        // only the compiler needs the stubs
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        return Class.forName(className(name), false, loader);
    }

    /** Returns the name under which a class of a snippet is defined. */
    private String className(String name) {
        return renamed(name.replace('.', '/')).replace('/', '.');
    }

    /** Removes the package of the snippets from all names in a class file; string literals stay as they are. */
    private byte[] renamed(byte[] classFile) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(classFile.length);
            DataOutputStream out = new DataOutputStream(bytes);
            Set<Integer> literals = literals(classFile);
            out.writeLong(in.readLong()); // magic number and version
            int count = in.readUnsignedShort();
            out.writeShort(count);
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                out.writeByte(tag);
                if (tag == UTF8) {
                    String text = in.readUTF();
                    out.writeUTF(literals.contains(i) ? text : renamed(text));
                } else {
                    out.write(in.readNBytes(length(tag)));
                    i += tag == LONG || tag == DOUBLE ? 1 : 0; // these take two numbers
                }
            }
            in.transferTo(out);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private String renamed(String text) {
        return text.replace(SNIPPET_PACKAGE + "/$JShell$", prefix).replace(SNIPPET_PACKAGE + "/", "");
    }

    /** Returns the numbers of the constants that are the text of a string literal. */
    private static Set<Integer> literals(byte[] classFile) throws IOException {
        Set<Integer> literals = new HashSet<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
            in.skipNBytes(Long.BYTES);
            int count = in.readUnsignedShort();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                if (tag == STRING) {
                    literals.add(in.readUnsignedShort());
                } else {
                    in.skipNBytes(tag == UTF8 ? in.readUnsignedShort() : length(tag));
                    i += tag == LONG || tag == DOUBLE ? 1 : 0;
                }
            }
        }
        return literals;
    }

    /** Returns the length of a constant other than text, in bytes (JVMS 4.4). */
    private static int length(int tag) {
        return switch (tag) {
            case 7, STRING, 16, 19, 20 -> 2;
            case 15 -> 3;
            case LONG, DOUBLE -> 8;
            default -> 4;
        };
    }
}
