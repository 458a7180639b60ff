package guest;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The schedule that the cells run, and the order in which operations complete: a mapped file, whose
 * layout docs/GUESTS.md has. It is mapped until it is closed.
 */
public final class Schedule implements AutoCloseable {
    public static final int MASK = 0x3fffffff;

    private static final int FAIL = 0x40000000;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 96;
    private static final int DIGEST_AT = 32;

    public final IntBuffer ids;
    public final int idsN;
    public final IntBuffer order;
    public final int orderN;

    private final MappedByteBuffer map;

    Schedule(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long bytes = file.size();
            if (bytes < HEADER_BYTES)
                throw new Refusal("the schedule's file has " + bytes +
                                  " bytes, and its header alone " + HEADER_BYTES);
            if (bytes > Integer.MAX_VALUE)
                throw new Refusal("the schedule's file has " + bytes + " bytes; accepted: up to " +
                                  Integer.MAX_VALUE);
            map = file.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
        }
        map.order(ByteOrder.nativeOrder());
        try {
            checkHead();
            idsN = (int)map.getLong(16);
            orderN = (int)map.getLong(24);
            ids = intsAt(HEADER_BYTES, idsN);
            order = intsAt(HEADER_BYTES + 4 * idsN, orderN);
            checkIds();
        } catch (Refusal refusal) {
            close();
            throw refusal;
        }
    }

    private void checkHead() {
        if (!text(0, 8).equals("VTBSCHED"))
            throw new Refusal("the schedule's file is none: it does not begin with VTBSCHED");
        if (map.getInt(8) != VERSION)
            throw new Refusal("the schedule's file is of version " +
                              Integer.toUnsignedString(map.getInt(8)) + "; accepted: " + VERSION);
        long n = map.getLong(16);
        long m = map.getLong(24);
        long room = (map.capacity() - HEADER_BYTES) / 4;
        if (n < 1 || m < 1 || n > room || m > room || HEADER_BYTES + 4 * (n + m) != map.capacity())
            throw new Refusal("the schedule's file has " + map.capacity() +
                              " bytes, and its header tells others");
        if (!digest().equals(text(DIGEST_AT, 64)))
            throw new Refusal("the schedule's file is not what its digest says");
    }

    private String text(int at, int n) {
        byte[] bytes = new byte[n];
        map.get(at, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(map.slice(HEADER_BYTES, map.capacity() - HEADER_BYTES));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError(missing); /* every Java has it */
        }
    }

    private IntBuffer intsAt(int at, int n) {
        return map.slice(at, 4 * n).order(ByteOrder.nativeOrder()).asIntBuffer();
    }

    private void checkIds() {
        for (int i = 0; i < idsN; i++) {
            if ((ids.get(i) & FAIL) != 0)
                throw new Refusal(
                        "the schedule has calls on which the store fails, which this guest lacks");
        }
    }

    /**
     * Nobody may read it from now on: Java itself would keep it mapped until it collects the
     * buffer.
     */
    @Override
    public void close() {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field only = type.getDeclaredField("theUnsafe");
            only.setAccessible(true);
            type.getMethod("invokeCleaner", ByteBuffer.class).invoke(only.get(null), map);
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError(missing);
        }
    }
}
