package io.maru.conformance.promises;

/** What carries one session. Sends for any thread. */
interface Wire {

    /** Hears what comes: on the wire's own thread, one thing at a time. */
    interface Ears {
        void onText(String text);

        void onBinary(byte[] data);

        /** Nothing comes any more; told once. */
        void onEnd();
    }

    /** Sends a message, or nothing when the wire has ended. */
    void send(String text);

    /** Whether it reads. Nothing is lost while it does not. */
    void setReading(boolean on);

    /** Ends without a word. */
    void cut();

    /** Says good-bye as its protocol wants it, and ends. */
    void close();

    /** A gate at which a thread that reads waits. */
    final class Gate {
        private boolean open = true;

        synchronized void set(boolean on) {
            open = on;
            notifyAll();
        }

        synchronized void pass() throws InterruptedException {
            while (!open) {
                wait();
            }
        }
    }

    /** Starts a thread that ends with the JVM. */
    static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
