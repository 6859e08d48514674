package dev.ginkgo.hub.http.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Evaluation of {@code Accept-Encoding}. */
class AcceptEncodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                     | false",
                "'gzip'                                 | true",
                "'GZip'                                 | true",
                "'x-gzip'                               | true",
                "'gzip, deflate, br, zstd'              | true",
                "'deflate, br'                          | false",
                "'gzip;q=0'                             | false",
                "'gzip;q=0.001'                         | true",
                "'gzip;q=0, *'                          | false",
                "'*'                                    | true",
                "'*;q=0'                                | false",
                "'identity'                             | false",
                "'identity, gzip'                       | true",
                "'identity, gzip;q=0.5'                 | false",
                "'identity;q=0.5, gzip;q=0.8'           | true",
                "'identity;q=0, gzip;q=0.1'             | true",
                "'br;q=1.0, gzip ; q=0.2, *;q=0.1'      | true",
                "'gzip;q=high'                          | false",
            })
    @DisplayName("H-254 gzip is used for clients that accept it and do not prefer identity, by quality")
    void qualities_decide(String value, boolean expected) {
        assertThat(AcceptEncoding.prefersGzip(new DefaultHttpHeaders().add(HttpHeaderNames.ACCEPT_ENCODING, value)))
                .isEqualTo(expected);
        List<String> lines = Stream.of(value.split(",", -1)).map(String::strip).toList();
        assertThat(AcceptEncoding.prefersGzip(new DefaultHttpHeaders().add(HttpHeaderNames.ACCEPT_ENCODING, lines)))
                .isEqualTo(expected);
        assertThat(AcceptEncoding.prefersGzip(new DefaultHttpHeaders())).isFalse();
    }
}
