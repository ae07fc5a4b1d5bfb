package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentCodingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br | gzip",
                "deflate, gzip | gzip",
                "DEFLATE | deflate",
                "x-gzip | gzip",
                "gzip;q=0.5, deflate;q=0.8 | deflate",
                "gzip; q=0.8 , deflate ;q=0.8 | gzip",
                "gzip;Q=1.000 | gzip",
                "gzip;q=0, deflate | deflate",
                "gzip;q=0.001 | gzip",
                "* | gzip",
                "gzip;q=0, * | deflate",
                "*;q=0 | ",
                "*;q=0, deflate;q=0.1 | deflate",
                "gzip;q=0, deflate;q=0.0 | ",
                "gzip;q=0.5, identity | ",
                "gzip, identity;q=0.5 | gzip",
                "gzip;q=1, identity;q=1 | gzip",
                "br, zstd | ",
                "identity | ",
                "'' | ",
                "', ,' | ",
                "gzip;q=2 | ",
                "gzip;q=-1 | ",
                "gzip;q= | ",
                "gzip;level=9 | ",
                "gzip;q=2, deflate | deflate",
                "gzipped | ",
            })
    void isTheOneOfTheHighestWeight(String accepted, String coding) {
        assertThat(ContentCoding.choose(accepted)).isEqualTo(coding);
    }

    @Test
    void isNoneWhereTheClientSaysNothing() {
        assertThat(ContentCoding.choose(null)).isNull();
    }
}
