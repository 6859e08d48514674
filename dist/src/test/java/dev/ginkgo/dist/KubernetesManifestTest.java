package dev.ginkgo.dist;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ginkgo.config.Durations;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code deploy/kubernetes/hub.yaml}. */
@TestInstance(Lifecycle.PER_CLASS)
class KubernetesManifestTest {
    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";

    private @Nullable CleanMachine unpacked;
    private String yaml = "";

    @BeforeAll
    void unpack(@TempDir Path folder) throws Exception {
        unpacked = CleanMachine.withArchive(folder);
        yaml = Files.readString(unpacked.home().resolve("deploy/kubernetes/hub.yaml"));
    }

    private CleanMachine machine() {
        return requireNonNull(unpacked);
    }

    @Test
    @DisplayName("C-33 each object of the manifest has the fields and types of the Kubernetes API, and no others")
    void matchesApi() throws Exception {
        JsonArray objects = objects(yaml);
        assertThat(objects).hasSize(6);
        for (JsonElement object : objects) {
            validate(object.getAsJsonObject());
        }
    }

    @Test
    @DisplayName("the validation notices a field at the wrong place, and a value of the wrong type")
    void validationNoticesErrors() {
        assertThatThrownBy(() -> validate(statefulSet(yaml.replace("readinessProbe:", "readynessProbe:"))))
                .hasMessageContaining("readynessProbe");
        assertThatThrownBy(() -> validate(statefulSet(yaml.replace("mountPath: /tmp", "mountPath: [1]"))))
                .hasMessageContaining("mountPath");
    }

    @Test
    @DisplayName("C-33 the configuration in the manifest is valid in a pod's environment")
    void configurationIsValid(@TempDir Path volumes) throws Exception {
        // Given the files of the ConfigMap as Kubernetes mounts them, and the secret
        Path data = Files.createDirectories(volumes.resolve("config/..data"));
        for (var file : object("ConfigMap").getAsJsonObject("data").entrySet()) {
            Files.writeString(data.resolve(file.getKey()), file.getValue().getAsString());
            Files.createSymbolicLink(
                    volumes.resolve("config").resolve(file.getKey()), Path.of("..data", file.getKey()));
        }
        Path secret = Files.writeString(volumes.resolve("secret"), "0123456789abcdef0123456789abcdef");
        // And the environment of the container
        Map<String, String> environment = new TreeMap<>();
        for (JsonElement each : container().getAsJsonArray("env")) {
            JsonObject variable = each.getAsJsonObject();
            if (variable.has("value")) {
                String value = variable.get("value").getAsString().replace("$(POD_NAME)", "hub-0");
                environment.put(variable.get("name").getAsString(), value);
            }
        }
        assertThat(environment).hasSize(3);

        // When
        CleanMachine.Result check = machine()
                .run(
                        "ginkgo check " + volumes.resolve("config/service.toml") + " --set cluster.secret-file="
                                + secret + " --set cluster.data-dir=" + volumes.resolve("data"),
                        environment);

        // Then
        assertThat(check.succeeds().output()).contains("ok: Hub");
    }

    @Test
    @DisplayName(
            "C-33 the grace period of a pod is the time that a shutdown may take and 5 s, and the drain fits into it")
    void gracePeriodFollowsDrainTime() {
        Duration stop = setting("stop-timeout");
        Duration drain = setting("drain-delay").plus(setting("drain-time"));
        Duration grace = Duration.ofSeconds(statefulSet(yaml)
                .getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("spec")
                .get("terminationGracePeriodSeconds")
                .getAsLong());

        assertThat(drain).isPositive().isLessThan(stop);
        assertThat(grace).isEqualTo(stop.plusSeconds(5));
    }

    private Duration setting(String key) {
        String toml =
                object("ConfigMap").getAsJsonObject("data").get("service.toml").getAsString();
        Matcher value = Pattern.compile("(?m)^" + key + " *= \"(\\w+)\"").matcher(toml);
        assertThat(value.find()).as(key).isTrue();
        return Durations.parse(value.group(1));
    }

    private JsonObject container() {
        return statefulSet(yaml)
                .getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("spec")
                .getAsJsonArray("containers")
                .get(0)
                .getAsJsonObject();
    }

    private JsonObject object(String kind) {
        return object(kind, yaml);
    }

    private static JsonObject statefulSet(String yaml) {
        return object("StatefulSet", yaml);
    }

    private static JsonObject object(String kind, String yaml) {
        return StreamSupport.stream(objects(yaml).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(object -> object.get("kind").getAsString().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static JsonArray objects(String yaml) {
        return new Gson()
                .toJsonTree(StreamSupport.stream(
                                new Load(LoadSettings.builder().build())
                                        .loadAllFromString(yaml)
                                        .spliterator(),
                                false)
                        .toList())
                .getAsJsonArray();
    }

    /** Compares an object with the model of its kind, which the Kubernetes project generates from its API. */
    private static void validate(JsonObject object) throws Exception {
        Class<?> model = Class.forName(MODELS + object.get("kind").getAsString());
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, object);
        } catch (InvocationTargetException e) {
            throw new IOException(object.get("kind") + ": " + e.getCause(), e);
        }
    }
}
