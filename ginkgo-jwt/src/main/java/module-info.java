/** JSON Web Tokens for the hub. Loaded if {@code [hub.auth.jwt]} is configured. */
module dev.ginkgo.jwt {
    requires transitive dev.ginkgo.hub;
    requires com.nimbusds.jose.jwt;
    requires static transitive org.jspecify;

    exports dev.ginkgo.jwt;

    provides dev.ginkgo.hub.auth.jwt.JwtProvider with
            dev.ginkgo.jwt.NimbusJwtProvider;
}
