package io.sadi.io;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that work in the background, and what they made, in the order it was asked for. What a
 * task throws is thrown where its result is taken, so that no failure is lost. Only one thread may
 * submit and take.
 */
public final class Workers<T> implements AutoCloseable {
  private final ExecutorService threads;
  private final Deque<Future<T>> underWay = new ArrayDeque<>();

  /**
   * @param name of the threads
   * @param count of them; none is started before it is needed
   */
  public Workers(String name, int count) {
    this.threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  public void submit(Callable<T> task) {
    underWay.add(threads.submit(task));
  }

  /** Has something done whose result is not waited for here. */
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** How many results have not been taken. */
  public int underWay() {
    return underWay.size();
  }

  /** Waits for the oldest result. */
  public T next() throws IOException {
    return result(underWay.remove());
  }

  /** Waits for a result; what its task threw is thrown again. */
  public static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for another thread", e);
    }
  }

  /** Stops what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
