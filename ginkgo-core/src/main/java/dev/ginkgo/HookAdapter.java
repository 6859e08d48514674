package dev.ginkgo;

import dev.ginkgo.internal.engine.ServiceHooks;
import org.slf4j.Logger;

/** Gives the engine access to the hooks of a service, which are not public. */
record HookAdapter(Service service, Logger log) implements ServiceHooks {
    @Override
    public void onStart() throws Exception {
        service.onStart();
    }

    @Override
    public void onStop() throws Exception {
        service.onStop();
    }

    @Override
    public void onReload() throws Exception {
        service.onReload();
    }
}
