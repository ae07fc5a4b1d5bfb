/**
 * A server, its clients, their network and their clock, for tests of applications. Begin with {@link io.maru.testkit.MaruTest}.
 */
@NullMarked
package io.maru.testkit;

import org.jspecify.annotations.NullMarked;
