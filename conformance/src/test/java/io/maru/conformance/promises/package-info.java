/** What docs/promises.md says, shown over raw sockets: no client's library stands between the test and the wire. */
@NullMarked
package io.maru.conformance.promises;

import org.jspecify.annotations.NullMarked;
