package cell;

import guest.Schedule;

/** What a service keeps: records by number, to which the table and what is handed over refer. */
abstract class Workload {
    /** Of a workload by its name: user_cache, or payload_N with N bytes. */
    static Workload of(String name, int keysN) {
        return name.equals("user_cache")
                ? new Users(keysN)
                : new Payloads(keysN, Integer.parseInt(name.substring(name.indexOf('_') + 1)) / 8);
    }

    /** The store's record for a key; one that misses is negative. */
    abstract Object valueOf(int key);

    /** What the caller does with a value; the result goes into the checksum. */
    abstract long consume(Object value);

    static int numberOf(int key) {
        return key & Schedule.MASK;
    }

    /** The finaliser of splitmix64, as the cells mix. */
    static long mix(long x) {
        x += 0x9e3779b97f4a7c15L;
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}

/** A user by number. */
final class Users extends Workload {
    private static final class User {
        final int id;
        final int logins;
        final long balance;

        User(int id) {
            this.id = id;
            logins = (int)mix(id);
            balance = mix(~(long)id) >>> 24;
        }
    }

    private final User[] users;

    Users(int keysN) {
        users = new User[keysN];
        for (int id = 0; id < keysN; id++)
            users[id] = new User(id);
    }

    @Override
    Object valueOf(int key) {
        return users[numberOf(key)];
    }

    @Override
    long consume(Object value) {
        User user = (User)value;
        return user.balance + Integer.toUnsignedLong(user.logins);
    }
}

/** So many words, by number; the caller reads all of them. */
final class Payloads extends Workload {
    private final long[][] payloads;

    Payloads(int keysN, int wordsN) {
        payloads = new long[keysN][wordsN];
        for (int number = 0; number < keysN; number++) {
            for (int i = 0; i < wordsN; i++)
                payloads[number][i] = (number + 1L) * (2L * i + 0x9e3779b9L);
        }
    }

    @Override
    Object valueOf(int key) {
        return payloads[numberOf(key)];
    }

    @Override
    long consume(Object value) {
        long[] words = (long[])value;
        long sum = 0;
        for (int i = 0; i < words.length; i++)
            sum += words[i] * (2L * i + 1);
        return sum;
    }
}
