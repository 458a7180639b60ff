package cell;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A strategy: the service's method, a method around it, and what a caller does with what they hand
 * over. The methods are real calls, which the virtual machine is told not to inline: where it could
 * see what becomes of a future it might never make it.
 */
abstract class Strategy {
    abstract Object get(Service self, int key);

    abstract Object around(Layer self, int key);

    abstract boolean isReady(Object handover);

    abstract Object take(Object handover);

    abstract void await(Object handover, Consumer<Object> continuation);
}

/** The value itself; a miss is answered at once. */
final class Plain extends Strategy {
    @Override
    Object get(Service self, int key) {
        Object value = self.table.find(key);
        return value != null ? value : self.fetchNow(key);
    }

    @Override
    Object around(Layer self, int key) {
        return self.below == null ? get(self.service, key) : around(self.below, key);
    }

    @Override
    boolean isReady(Object handover) {
        return true;
    }

    @Override
    Object take(Object handover) {
        return handover;
    }

    @Override
    void await(Object handover, Consumer<Object> continuation) {
        throw new AssertionError("a plain value is there at once");
    }
}

abstract class OfFuture extends Strategy {
    @SuppressWarnings("unchecked") /* the strategy has made it */
    static CompletableFuture<Object> future(Object handover) {
        return (CompletableFuture<Object>)handover;
    }

    @Override
    final boolean isReady(Object handover) {
        return future(handover).isDone();
    }

    @Override
    final Object take(Object handover) {
        return future(handover).join();
    }

    @Override
    final void await(Object handover, Consumer<Object> continuation) {
        future(handover).thenAccept(continuation);
    }
}

/** A plain method that returns a new completed future on a hit. */
final class CompletedFuture extends OfFuture {
    @Override
    Object get(Service self, int key) {
        Object value = self.table.find(key);
        return value != null ? CompletableFuture.completedFuture(value)
                             : self.fetch(key, new CompletableFuture<>());
    }

    @Override
    Object around(Layer self, int key) {
        return self.below == null ? get(self.service, key) : around(self.below, key);
    }
}

/**
 * What an asynchronous method amounts to: it makes its future first, and completes it when it has
 * its result; a method around another goes on with the other's result.
 */
final class NewFuture extends OfFuture {
    @Override
    Object get(Service self, int key) {
        CompletableFuture<Object> future = new CompletableFuture<>();
        Object value = self.table.find(key);
        if (value == null)
            return self.fetch(key, future);
        future.complete(value);
        return future;
    }

    @Override
    Object around(Layer self, int key) {
        Object below = self.below == null ? get(self.service, key) : around(self.below, key);
        return future(below).thenApply(value -> value);
    }
}
