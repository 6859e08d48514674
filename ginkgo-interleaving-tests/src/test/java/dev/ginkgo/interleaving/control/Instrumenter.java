package dev.ginkgo.interleaving.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Loads the code under test, and makes it call {@link Hooks} before accesses to its fields that are not final and to
 * concurrent collections and atomic variables, and for locks, waits, interrupts and the time of the system.
 */
final class Instrumenter extends ClassLoader {
    private static final ClassDesc HOOKS = ClassDesc.of(Hooks.class.getName());
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final ClassDesc LOCK = ClassDesc.of("java.util.concurrent.locks.ReentrantLock");
    private static final MethodTypeDesc NO_ARGUMENTS = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final MethodTypeDesc ONE_OBJECT = MethodTypeDesc.of(ConstantDescs.CD_void, OBJECT);
    private static final Set<String> LOCK_METHODS = Set.of("lock", "unlock", "isHeldByCurrentThread");
    private static final Set<String> REPLACED = Set.of(
            "java/util/concurrent/locks/LockSupport.parkNanos",
            "java/util/concurrent/locks/LockSupport.unpark",
            "java/lang/Thread.interrupted",
            "java/lang/System.nanoTime");
    private static final Set<String> SHARED_TYPES = Set.of(
            "java/util/Set", "java/util/concurrent/ConcurrentHashMap", "java/util/concurrent/CopyOnWriteArrayList");

    private final Map<String, Set<String>> finalFields = new ConcurrentHashMap<>();

    Instrumenter(ClassLoader parent) {
        super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean underTest =
                name.startsWith("dev.ginkgo.") && !name.startsWith(getClass().getPackageName());
        if (!underTest) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] instrumented = instrument(ClassFile.of().parse(bytes(name.replace('.', '/'))));
                loaded = defineClass(name, instrumented, 0, instrumented.length);
            }
            return loaded;
        }
    }

    private byte[] bytes(String internalName) {
        try (InputStream in = getParent().getResourceAsStream(internalName + ".class")) {
            if (in == null) {
                throw new NoClassDefFoundError(internalName);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] instrument(ClassModel model) {
        ClassDesc self = model.thisClass().asSymbol();
        return ClassFile.of().transformClass(model, (builder, element) -> instrument(self, builder, element));
    }

    private void instrument(ClassDesc self, ClassBuilder builder, ClassElement element) {
        if (!(element instanceof MethodModel method) || method.code().isEmpty()) {
            builder.with(element);
            return;
        }
        String name = method.methodName().stringValue();
        if (name.startsWith("<")) {
            builder.with(element); // nothing is shared yet
            return;
        }
        CodeModel code = method.code().get();
        if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
            MethodTypeDesc type = method.methodTypeSymbol();
            String body = name + "$body";
            builder.withMethod(
                    body,
                    type,
                    ClassFile.ACC_PRIVATE | ClassFile.ACC_SYNTHETIC,
                    inner -> inner.transformCode(code, this::instrument));
            builder.withMethod(
                    method.methodName(),
                    method.methodType(),
                    method.flags().flagsMask() & ~ClassFile.ACC_SYNCHRONIZED,
                    outer -> outer.withCode(wrapper -> callUnderMonitor(wrapper, self, body, type)));
        } else {
            builder.withMethod(
                    method.methodName(), method.methodType(), method.flags().flagsMask(), inner -> {
                        method.forEach(part -> {
                            if (!(part instanceof CodeModel)) {
                                inner.with(part);
                            }
                        });
                        inner.transformCode(code, this::instrument);
                    });
        }
    }

    /** Writes the body of a synchronized method. */
    private static void callUnderMonitor(CodeBuilder builder, ClassDesc self, String body, MethodTypeDesc type) {
        builder.aload(0).invokestatic(HOOKS, "monitorEnter", ONE_OBJECT);
        builder.trying(
                block -> {
                    block.aload(0);
                    for (int i = 0; i < type.parameterCount(); i++) {
                        block.loadLocal(TypeKind.from(type.parameterType(i)), block.parameterSlot(i));
                    }
                    block.invokespecial(self, body, type);
                    block.aload(0).invokestatic(HOOKS, "monitorExit", ONE_OBJECT);
                    block.return_(TypeKind.from(type.returnType()));
                },
                handler -> handler.catchingAll(block -> block.aload(0)
                        .invokestatic(HOOKS, "monitorExit", ONE_OBJECT)
                        .athrow()));
    }

    private void instrument(CodeBuilder builder, CodeElement element) {
        switch (element) {
            case MonitorInstruction monitor ->
                builder.invokestatic(
                        HOOKS, monitor.opcode() == Opcode.MONITORENTER ? "monitorEnter" : "monitorExit", ONE_OBJECT);
            case FieldInstruction field -> {
                if (isShared(field)) {
                    builder.invokestatic(HOOKS, "point", NO_ARGUMENTS);
                }
                builder.with(field);
            }
            case InvokeInstruction call -> instrument(builder, call);
            default -> builder.with(element);
        }
    }

    private static void instrument(CodeBuilder builder, InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        if (call.owner().asSymbol().equals(LOCK) && LOCK_METHODS.contains(name)) {
            builder.invokestatic(HOOKS, name, call.typeSymbol().insertParameterTypes(0, LOCK));
        } else if (REPLACED.contains(owner + "." + name)) {
            builder.invokestatic(HOOKS, name, call.typeSymbol());
        } else {
            boolean constructor = name.equals("<init>");
            if (!constructor && (SHARED_TYPES.contains(owner) || owner.startsWith("java/util/concurrent/atomic/"))) {
                builder.invokestatic(HOOKS, "point", NO_ARGUMENTS);
            }
            builder.with(call);
        }
    }

    private boolean isShared(FieldInstruction field) {
        String owner = field.owner().asInternalName();
        return owner.startsWith("dev/ginkgo/")
                && !finalFields
                        .computeIfAbsent(owner, this::finalFieldsOf)
                        .contains(field.name().stringValue());
    }

    private Set<String> finalFieldsOf(String owner) {
        return ClassFile.of().parse(bytes(owner)).fields().stream()
                .filter(field -> field.flags().has(AccessFlag.FINAL))
                .map(Instrumenter::nameOf)
                .collect(Collectors.toSet());
    }

    private static String nameOf(FieldModel field) {
        return field.fieldName().stringValue();
    }
}
