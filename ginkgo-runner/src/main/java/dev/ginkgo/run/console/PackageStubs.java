package dev.ginkgo.run.console;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassSignature;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodSignature;
import java.lang.classfile.Signature;
import java.lang.classfile.attribute.ExceptionsAttribute;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.SignatureAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stubs of classes of the unnamed package, in the package of the snippets. Java source in another package cannot name a
 * class of the unnamed package; so the compiler sees stubs, declarations without code, and {@link RootPackageLoader}
 * replaces the stubs by the classes when it loads a snippet.
 */
final class PackageStubs {
    private final Map<String, ClassModel> models;

    private PackageStubs(Map<String, ClassModel> models) {
        this.models = models;
    }

    /**
     * Returns the stubs of a class and of the classes of the unnamed package that it refers to, by name.
     *
     * @param root a class of the unnamed package
     */
    static Map<String, byte[]> of(Class<?> root) throws IOException {
        Map<String, ClassModel> models = new LinkedHashMap<>();
        Deque<String> names = new ArrayDeque<>(List.of(root.getName()));
        while (!names.isEmpty()) {
            String name = names.pop();
            Optional<byte[]> bytes = models.containsKey(name) ? Optional.empty() : read(root, name);
            if (bytes.isPresent()) {
                ClassModel model = ClassFile.of().parse(bytes.get());
                models.put(name, model);
                for (PoolEntry entry : model.constantPool()) {
                    if (entry instanceof ClassEntry type) {
                        elementName(type.asSymbol()).ifPresent(names::add);
                    } else if (entry instanceof Utf8Entry text) {
                        TYPE.matcher(text.stringValue()).results().forEach(match -> names.add(match.group(1)));
                    }
                }
            }
        }
        PackageStubs stubs = new PackageStubs(models);
        Map<String, byte[]> all = new LinkedHashMap<>();
        models.forEach((name, model) -> all.put(name, stubs.stub(model)));
        return all;
    }

    /** A class of the unnamed package in a descriptor or signature. */
    private static final Pattern TYPE = Pattern.compile("L([^/;<.:()\\[]+)(?=[;<.])");

    /** Returns the name of a class of the unnamed package, or of the element type of an array of them. */
    private static Optional<String> elementName(ClassDesc type) {
        ClassDesc element = type;
        while (element.isArray()) {
            element = element.componentType();
        }
        return element.isClassOrInterface() && element.packageName().isEmpty()
                ? Optional.of(element.displayName())
                : Optional.empty();
    }

    private static Optional<byte[]> read(Class<?> root, String name) throws IOException {
        try (InputStream in = root.getClassLoader().getResourceAsStream(name + ".class")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        }
    }

    private byte[] stub(ClassModel model) {
        return ClassFile.of().build(map(model.thisClass().asSymbol()), stub -> {
            stub.withVersion(model.majorVersion(), model.minorVersion());
            stub.withFlags(model.flags().flagsMask());
            model.superclass().ifPresent(each -> stub.withSuperclass(map(each.asSymbol())));
            stub.withInterfaceSymbols(model.interfaces().stream()
                    .map(each -> map(each.asSymbol()))
                    .toList());
            model.findAttribute(Attributes.signature())
                    .ifPresent(each -> stub.with(SignatureAttribute.of(
                            ClassSignature.parseFrom(map(each.signature().stringValue())))));
            model.findAttribute(Attributes.innerClasses())
                    .ifPresent(each -> stub.with(InnerClassesAttribute.of(
                            each.classes().stream().map(this::map).toList())));
            model.fields().forEach(each -> addField(stub, each));
            model.methods().stream()
                    .filter(each -> !each.flags().has(AccessFlag.SYNTHETIC))
                    .forEach(each -> addMethod(stub, each));
        });
    }

    private void addField(ClassBuilder stub, FieldModel field) {
        stub.withField(field.fieldName().stringValue(), map(field.fieldTypeSymbol()), builder -> {
            builder.withFlags(field.flags().flagsMask());
            field.findAttribute(Attributes.signature())
                    .ifPresent(each -> builder.with(SignatureAttribute.of(
                            Signature.parseFrom(map(each.signature().stringValue())))));
        });
    }

    private void addMethod(ClassBuilder stub, MethodModel method) {
        MethodTypeDesc type = method.methodTypeSymbol();
        MethodTypeDesc mapped = MethodTypeDesc.of(
                map(type.returnType()),
                type.parameterList().stream().map(this::map).toList());
        stub.withMethod(
                method.methodName().stringValue(), mapped, method.flags().flagsMask(), builder -> {
                    method.findAttribute(Attributes.signature())
                            .ifPresent(each -> builder.with(SignatureAttribute.of(MethodSignature.parseFrom(
                                    map(each.signature().stringValue())))));
                    method.findAttribute(Attributes.exceptions())
                            .ifPresent(each -> builder.with(ExceptionsAttribute.ofSymbols(each.exceptions().stream()
                                    .map(thrown -> map(thrown.asSymbol()))
                                    .toList())));
                });
    }

    private InnerClassInfo map(InnerClassInfo info) {
        return InnerClassInfo.of(
                map(info.innerClass().asSymbol()),
                info.outerClass().map(outer -> map(outer.asSymbol())),
                info.innerName().map(name -> name.stringValue()),
                info.flagsMask());
    }

    private ClassDesc map(ClassDesc type) {
        if (type.isArray()) {
            return map(type.componentType()).arrayType();
        }
        return type.isClassOrInterface() && type.packageName().isEmpty() && models.containsKey(type.displayName())
                ? ClassDesc.of(RootPackageLoader.SNIPPET_PACKAGE, type.displayName())
                : type;
    }

    /** Returns a signature with the stubs in place of the classes. */
    private String map(String signature) {
        Matcher matcher = Pattern.compile("(^|[(;<>^+*:)-])([BCDFIJSZV\\[]*)L([^/;<.:()\\[]+)(?=[;<.])")
                .matcher(signature);
        StringBuilder mapped = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(3);
            String to = models.containsKey(name) ? RootPackageLoader.SNIPPET_PACKAGE + "/" + name : name;
            matcher.appendReplacement(mapped, Matcher.quoteReplacement(matcher.group(1) + matcher.group(2) + "L" + to));
        }
        return matcher.appendTail(mapped).toString();
    }
}
