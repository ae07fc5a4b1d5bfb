package io.maru.wire.msgpack;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Memory that was made. */
final class Allocated {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocated() {}

    static long byThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}
