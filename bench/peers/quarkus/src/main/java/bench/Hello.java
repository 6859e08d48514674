package bench;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Hello world with Quarkus REST. */
@Path("/")
public class Hello {
    @GET
    @RunOnVirtualThread
    public String hello() {
        return "hello\n";
    }
}
