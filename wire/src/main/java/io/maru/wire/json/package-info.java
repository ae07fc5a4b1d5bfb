/** The JSON envelope, Maru's dialect for plain WebSocket clients: {@code {"type":…,"messageId":…,…}}. */
@NullMarked
package io.maru.wire.json;

import org.jspecify.annotations.NullMarked;
