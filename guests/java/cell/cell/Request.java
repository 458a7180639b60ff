package cell;

import java.util.concurrent.CompletableFuture;

/**
 * A question to the store. A frame of the window has one, which serves again and again, so that a
 * miss allocates what the method allocates, and nothing of the store's.
 */
class Request {
    int key;
    CompletableFuture<Object> future;

    /** The answer is there: the rest of the method runs, and whatever waits for it. */
    final void complete(Service service) {
        CompletableFuture<Object> asked = future;
        future = null;
        asked.complete(service.fetchNow(key));
    }
}
