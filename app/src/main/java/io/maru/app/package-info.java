/** The standalone server. It uses the public API only. */
@NullMarked
package io.maru.app;

import org.jspecify.annotations.NullMarked;
