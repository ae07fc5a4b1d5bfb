package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.client.engine.Network;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;

/**
 * Where a connection lives.
 *
 * @param loop owns it
 * @param network reaches the server
 * @param handlers runs the application's handlers
 * @param futures completes futures
 * @param random spreads the delays of reconnecting
 */
record Place(Loop loop, Network network, Executor handlers, Executor futures, DoubleSupplier random) {}
