package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Passes on what is said, and remembers why it ended, for the pidfile. */
final class ExitReasonRecorder implements Reporter {
    private final Reporter voice;
    private final List<String> words = new ArrayList<>();

    ExitReasonRecorder(Reporter voice) {
        this.voice = voice;
    }

    synchronized String words() {
        return String.join("\n", words);
    }

    @Override
    public void say(String text) {
        voice.say(text);
    }

    @Override
    public void ready(Status status, Duration after) {
        voice.ready(status, after);
    }

    @Override
    public void notStarted(String why) {
        remember(why);
        voice.notStarted(why);
    }

    @Override
    public void complain(String text) {
        remember(text);
        voice.complain(text);
    }

    private synchronized void remember(String text) {
        words.add(text);
    }
}
