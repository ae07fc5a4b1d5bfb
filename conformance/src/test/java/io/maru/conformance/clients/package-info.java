/** Tests from outside: other people's clients against our server. */
@NullMarked
package io.maru.conformance.clients;

import org.jspecify.annotations.NullMarked;
