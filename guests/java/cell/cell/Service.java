package cell;

import java.util.concurrent.CompletableFuture;

/** The service: a table in front of a store. */
final class Service {
    final Table table;

    /** The question of the frame that the next call uses. */
    Request next;

    Service(Table table) {
        this.table = table;
    }

    Object fetchNow(int key) {
        Object value = table.work.valueOf(key);
        table.insert(key, value);
        return value;
    }

    /** Asks the store, which will complete the future. */
    CompletableFuture<Object> fetch(int key, CompletableFuture<Object> future) {
        next.key = key;
        next.future = future;
        return future;
    }
}
