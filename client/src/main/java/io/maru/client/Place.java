package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.client.engine.Network;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Where a connection lives.
 *
 * @param loop owns it
 * @param network reaches the server
 * @param handlers runs the application's handlers
 * @param futures completes futures
 * @param auth asks the application who it is
 * @param random spreads the delays of reconnecting
 * @param retain keeps the client for one socket more; what it gives is run when that is closed
 */
record Place(
        Loop loop,
        Network network,
        Executor handlers,
        Executor futures,
        Executor auth,
        DoubleSupplier random,
        Supplier<Runnable> retain) {}
