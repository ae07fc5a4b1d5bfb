/**
 * The conformance app: servers that other people's test suites are pointed at, one for each role, all written against the
 * public API.
 */
@NullMarked
package io.maru.conformance;

import org.jspecify.annotations.NullMarked;
