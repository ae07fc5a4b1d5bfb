/** What a server does, as meters of <a href="https://micrometer.io">Micrometer</a>. */
@NullMarked
package io.maru.metrics;

import org.jspecify.annotations.NullMarked;
