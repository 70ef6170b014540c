package io.sadi.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Background threads whose results are taken in the order in which their tasks were submitted. What
 * a task throws is thrown where its result is taken, so that no failure is lost. Only one thread
 * may submit and take.
 */
public final class Workers<T> implements AutoCloseable {
  private final ExecutorService threads;
  private final Deque<Future<T>> underWay = new ArrayDeque<>();

  /**
   * @param name of the threads
   * @param count of them; none is started before it is needed
   */
  public Workers(String name, int count) {
    this(
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            }));
  }

  private Workers(ExecutorService threads) {
    this.threads = threads;
  }

  /** The same threads for tasks whose results have an order of their own. */
  public Workers<T> beside() {
    return new Workers<>(threads);
  }

  public void submit(Callable<T> task) {
    underWay.add(threads.submit(task));
  }

  /** How many results have not been taken. */
  public int underWay() {
    return underWay.size();
  }

  /** Whether the oldest result is there, or what its task threw. */
  public boolean isReady() {
    return !underWay.isEmpty() && underWay.element().isDone();
  }

  /** Waits for the oldest result. */
  public T next() throws IOException {
    return result(underWay.remove());
  }

  /** The same for tasks that read and write nothing: where one did, what it threw is unchecked. */
  public T take() {
    try {
      return next();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the oldest result, and leaves it to be taken. */
  public T peek() throws IOException {
    return result(underWay.element());
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

  /**
   * Stops what is under way, and waits until it has ended: the caller may free next what the tasks
   * use. What has not begun is left out.
   */
  @Override
  public void close() {
    end(threads);
  }

  /** The same for other threads. */
  public static void end(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
