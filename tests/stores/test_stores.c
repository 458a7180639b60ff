/* The table of stores, and what all of them do that are installed: records that were put are found,
 * whatever bytes they are. */
#include "check.h"

#include "stores/store.h"

#define RECORDS_N 500
#define VALUE_BYTES 300

static void words(void **state)
{
    (void)state;
    size_t n = 0;
    assert_string_equal(vtb_store_words[VTB_STORE_SIMULATED], "simulated");
    assert_null(vtb_store_of(VTB_STORE_SIMULATED));
    for (; vtb_stores[n]; n++) {
        assert_string_equal(vtb_store_words[n + 1], vtb_stores[n]->word);
        assert_ptr_equal(vtb_store_of((int)n + 1), vtb_stores[n]);
        assert_non_null(vtb_stores[n]->title);
        if (vtb_stores[n]->unavailable)
            assert_one_line(vtb_stores[n]->unavailable);
    }
    assert_null(vtb_store_words[n + 1]);
}

/* Keys of one to eight bytes, with zeros and quotes in them; values of up to VALUE_BYTES. */
static size_t make_record(uint64_t i, uint64_t *key, char value[VALUE_BYTES], size_t *value_n)
{
    *key = i * UINT64_C(0x270022);
    *value_n = i % VALUE_BYTES;
    for (size_t b = 0; b < *value_n; b++)
        value[b] = (char)(i + b);
    return sizeof *key;
}

static void fill(const struct vtb_store *kind, void *store, uint64_t first)
{
    struct vtb_error error = {0};
    char value[VALUE_BYTES];
    for (uint64_t i = first; i < first + RECORDS_N; i++) {
        uint64_t key;
        size_t value_n;
        const size_t key_n = make_record(i, &key, value, &value_n);
        if (!kind->put(store, &key, key_n, value, value_n, &error))
            fail_msg("%s", error.message);
    }
}

static void wait_for(const struct vtb_store *kind, void *connection, struct vtb_store_reply *reply)
{
    while (!kind->next(connection, reply))
        continue;
}

static void check_found(const struct vtb_store *kind, void *connection, uint64_t i)
{
    char value[VALUE_BYTES];
    uint64_t key;
    size_t value_n;
    struct vtb_store_reply reply;
    const size_t key_n = make_record(i, &key, value, &value_n);
    kind->ask(connection, &key, key_n);
    key = 0; /* it was borrowed for the call alone */
    wait_for(kind, connection, &reply);
    assert_int_equal(reply.outcome, VTB_STORE_FOUND);
    assert_int_equal(reply.value_n, value_n);
    if (value_n > 0)
        assert_memory_equal(reply.value, value, value_n);
    assert_false(kind->next(connection, &reply));
}

static void check_store(const struct vtb_store *kind)
{
    struct vtb_error error = {0};
    struct vtb_store_reply reply;
    void *store = kind->open(NULL, 0, &error);
    if (!store && strstr(error.message, "there is no redis-server")) {
        print_message("%s is left out: %s\n", kind->word, error.message);
        return;
    }
    if (!store)
        fail_msg("%s", error.message);
    fill(kind, store, 1);
    fill(kind, store, 100); /* some once more */
    assert_true(kind->seal(store, &error));
    void *connections[] = {kind->connect(store, &error), kind->connect(store, &error)};
    for (size_t c = 0; c < 2; c++) {
        if (!connections[c])
            fail_msg("%s", error.message);
        assert_false(kind->next(connections[c], &reply)); /* nothing was asked */
    }
    for (uint64_t i = 1; i < RECORDS_N; i++)
        check_found(kind, connections[i % 2], i);
    for (size_t i = 0; i < 3; i++) {
        kind->ask(connections[0], "no such key", i);
        wait_for(kind, connections[0], &reply);
        assert_int_equal(reply.outcome, VTB_STORE_ABSENT);
    }
    check_found(kind, connections[0], 7);
    kind->disconnect(connections[0]);
    kind->disconnect(connections[1]);
    kind->close(store);
}

static void records_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_stores[i]; i++) {
        char version[64] = "";
        if (vtb_stores[i]->unavailable) {
            print_message("%s is left out: %s\n", vtb_stores[i]->word, vtb_stores[i]->unavailable);
            continue;
        }
        vtb_stores[i]->version(version, sizeof version);
        assert_true(version[0] >= '0' && version[0] <= '9');
        check_store(vtb_stores[i]);
        check_store(vtb_stores[i]); /* another one has nothing of the first */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(records_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
