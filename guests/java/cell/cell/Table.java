package cell;

/**
 * A hash table in front of a store, by the same formula as the cells': open addressing, a third of
 * it empty. What is fetched goes to a ring, because the schedule says which calls hit.
 */
final class Table {
    private static final int INSERTED_N = 64;

    final Workload work;
    private final int[] tags; /* 0: empty */
    private final int[] keys;
    private final Object[] values;
    private final int[] insertedKeys = new int[INSERTED_N];
    private final Object[] inserted = new Object[INSERTED_N];
    private int insertedN;

    Table(Workload work, int keysN) {
        int slotsN = keysN + keysN / 2 + 1;
        this.work = work;
        tags = new int[slotsN];
        keys = new int[slotsN];
        values = new Object[slotsN];
        for (int key = 0; key < keysN; key++) {
            int at = home(hash(key));
            while (tags[at] != 0)
                at = at + 1 == slotsN ? 0 : at + 1;
            tags[at] = tagOf(hash(key));
            keys[at] = key;
            values[at] = work.valueOf(key);
        }
    }

    private static long hash(int key) {
        return Integer.toUnsignedLong(key) * 0x9e3779b97f4a7c15L;
    }

    private static int tagOf(long hash) {
        return (int)hash | 1;
    }

    private int home(long hash) {
        return (int)((hash >>> 32) * tags.length >>> 32);
    }

    /** The value of a key; null if the table does not have it. */
    Object find(int key) {
        int[] all = tags;
        long hash = hash(key);
        int tag = tagOf(hash);
        int at = home(hash);
        while (all[at] != 0) {
            if (all[at] == tag && keys[at] == key)
                return values[at];
            if (++at == all.length)
                at = 0;
        }
        return null;
    }

    void insert(int key, Object value) {
        if (find(key) != null)
            return;
        int at = insertedN++ & (INSERTED_N - 1);
        insertedKeys[at] = key;
        inserted[at] = value;
    }
}
