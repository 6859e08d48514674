package dev.ginkgo.behaviour.settings;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.ServiceGroup;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.lifecycle.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ServiceGroupTest {

    private static final class Poller extends Service {
        final Setting<String> url = setting("url", String.class);
        final Setting<Duration> interval = setting("interval", Duration.ofSeconds(5));

        void fail() {
            spawn("work", () -> {
                throw new IllegalStateException("boom");
            });
        }
    }

    private static final class Root extends Service {
        final ServiceGroup<Poller> feeds = add(
                "feeds",
                new ServiceGroup<>(
                        Poller::new, Supervision.restart().backoff(Duration.ofMillis(1), Duration.ofMillis(1))));

        Poller feed(String name) {
            return requireNonNull(feeds.services().get(name));
        }
    }

    private static Configuration toml(String text) {
        return Configuration.empty().text("app.toml", text);
    }

    private static List<String> problems(ReloadResult result) {
        return result.problems().stream().map(ConfigProblem::toString).toList();
    }

    private static List<String> paths(Ginkgo ginkgo) {
        return ginkgo.status().children().getFirst().children().stream()
                .map(Status::path)
                .toList();
    }

    @Test
    @DisplayName("C-47 a group has one child for each table, with its own settings, in the order of the file")
    void createsAChildForEachTable() {
        Root root = new Root();
        Configuration configuration =
                toml("[feeds.prices]\nurl = 'http://p'\n[feeds.news]\nurl = 'http://n'\ninterval = '1m'")
                        .environment(Map.of("GINKGO_FEEDS_PRICES_INTERVAL", "7s"));

        // When it is validated, nothing starts, and every setting is known
        assertThat(Ginkgo.of(root).configuration(configuration).validate().settings())
                .extracting(SettingInfo::fullKey)
                .contains("feeds.prices.url", "feeds.news.interval");

        // When it starts
        try (Ginkgo ginkgo = Ginkgo.of(root).configuration(configuration).start()) {
            assertThat(paths(ginkgo)).containsExactly("root/feeds/prices", "root/feeds/news");
            assertThat(root.feed("prices").interval.get()).isEqualTo(Duration.ofSeconds(7));
            assertThat(root.feed("news").url.get()).isEqualTo("http://n");
        }
    }

    @Test
    @DisplayName("C-47 problems of the tables are reported at their position, and without tables the group is empty")
    void reportsProblems() {
        assertThat(Ginkgo.of(new Root())
                        .configuration(toml("[feeds.\"A b\"]\n[feeds.news]\nurll = 'x'\n[feeds]\nprices = 1"))
                        .validate()
                        .problems())
                .extracting(ConfigProblem::toString)
                .contains(
                        "app.toml:3:1: unknown key \"urll\"; did you mean \"url\"?",
                        "app.toml:5:1: \"feeds.prices\" is a table, not a value; write [feeds.prices] and its keys below;"
                                + " known here: url, interval")
                .anyMatch(problem -> problem.startsWith("app.toml:1:1: unknown table [feeds.A b]"));
        try (Ginkgo ginkgo = Ginkgo.start(new Root())) {
            assertThat(paths(ginkgo)).isEmpty();
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("C-48 a reload changes the settings of the children, and is rejected if a table was added or removed")
    void reloadsTheSettings() {
        Root root = new Root();
        try (Ginkgo ginkgo = Ginkgo.start(root, "[feeds.news]\nurl = 'http://n'")) {
            assertThat(problems(ginkgo.reload(toml("[feeds.news]\nurl = 'http://m'"))))
                    .isEmpty();
            assertThat(root.feed("news").url.get()).isEqualTo("http://m");

            for (String other : List.of("", "[feeds.news]\nurl = 'http://o'\n[feeds.prices]\nurl = 'http://p'")) {
                assertThat(problems(ginkgo.reload(toml(other))))
                        .as(other)
                        .contains("feeds: the tables below it cannot change while its service runs; restart the"
                                + " program");
            }
            assertThat(paths(ginkgo)).containsExactly("root/feeds/news");
            assertThat(root.feed("news").url.get()).isEqualTo("http://m");
        }
    }

    @Test
    @DisplayName("C-48 a stopped tree that starts with other tables has other children")
    void startsAgainWithOtherTables() {
        Root root = new Root();
        Ginkgo.start(root, "[feeds.news]\nurl = 'http://n'\n[feeds.old]\nurl = 'http://o'")
                .close();
        Poller news = root.feed("news");

        try (Ginkgo ginkgo = Ginkgo.start(root, "[feeds.news]\nurl = 'http://m'\n[feeds.prices]\nurl = 'http://p'")) {
            assertThat(paths(ginkgo)).containsExactly("root/feeds/news", "root/feeds/prices");
            assertThat(root.feed("news")).isSameAs(news);
            assertThat(news.url.get()).isEqualTo("http://m");
        }
    }

    @Test
    @DisplayName("C-47 the children are supervised as the group says")
    void supervisesTheChildren() {
        Root root = new Root();
        try (Ginkgo ginkgo = Ginkgo.start(root, "[feeds.news]\nurl = 'http://n'")) {
            Poller news = root.feed("news");
            news.fail();
            await().until(() -> news.status().restarts() == 1 && news.status().ready());
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }
}
