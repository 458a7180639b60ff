/* Which values have an immortal task, as in .NET: both bools, the ints from -1 to 8, null, and what
 * is all zero and has 1, 2, 4, 8 or 16 bytes. Compiled once for each VALUE_KIND. */
#include "check.h"

#define KIND_BOOL 1
#define KIND_INT 2
#define KIND_POINTER 3
#define KIND_DOUBLE 4
#define KIND_PAIR 5
#define KIND_TRIPLE 6
#define KIND_LONG 7

#define VTB_STRATEGY_STEM heap_task_cached
#define VTB_COUNTING 1
#define VTB_COLLECTED 0
#define VTB_ASYNC 0
#define VTB_CHECKED 0
#define VTB_ATOMIC 0

#include <stdbool.h>

typedef int vtb_key;
#if VALUE_KIND == KIND_BOOL
typedef bool vtb_value;
#elif VALUE_KIND == KIND_INT
typedef int vtb_value;
#elif VALUE_KIND == KIND_POINTER
typedef const char *vtb_value;
#elif VALUE_KIND == KIND_DOUBLE
typedef double vtb_value;
#elif VALUE_KIND == KIND_PAIR
#define VTB_LARGE_VALUE 1
typedef struct {
    int64_t words[2];
} vtb_value;
#elif VALUE_KIND == KIND_TRIPLE
#define VTB_LARGE_VALUE 1
typedef struct {
    int32_t words[3];
} vtb_value;
#else
typedef long vtb_value;
#endif

struct vtb_table;
bool vtb_fetch(const struct vtb_table *table, vtb_key key, vtb_value *value);
void vtb_insert(const struct vtb_table *table, vtb_key key, const vtb_value *value);

#include "impls/heap_task_cached.c"

static size_t live_n;

static void *allocate(size_t bytes)
{
    live_n++;
    return malloc(bytes);
}

static void release(void *memory)
{
    live_n--;
    free(memory);
}

static size_t no_more_than_asked_for(void *memory)
{
    (void)memory;
    return 0;
}

static const struct vtb_heap heap = {
    .alloc = allocate, .free = release, .usable = no_more_than_asked_for};
static struct vtb_service service;

static int setup(void **state)
{
    (void)state;
    const struct vtb_setup none = {0};
    live_n = 0;
    service = (struct vtb_service){.alloc = allocate, .free = release, .heap = &heap};
    service.state = calloc(1, vtb_state_bytes(&none));
    assert_non_null(service.state);
    vtb_state_open(&service, &none);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vtb_state_close(&service);
    free(service.state);
    return live_n == 0 ? 0 : -1;
}

/* The value whose first bytes are those of a number. */
static vtb_value value_from(int64_t number)
{
    vtb_value value;
    memset(&value, 0, sizeof value);
#if VALUE_KIND == KIND_BOOL
    value = number & 1;
#else
    memcpy(&value, &number, sizeof value < sizeof number ? sizeof value : sizeof number);
#endif
    return value;
}

static bool is_common(int64_t number)
{
    switch (VALUE_KIND) {
    case KIND_BOOL:
        return true;
    case KIND_INT:
        return number >= -1 && number <= 8;
    case KIND_TRIPLE:
        return false;
    default:
        return number == 0;
    }
}

static bool same_bytes(const vtb_value *left, const vtb_value *right)
{
    const unsigned char *a = (const unsigned char *)left;
    const unsigned char *b = (const unsigned char *)right;
    return memcmp(a, b, sizeof *left) == 0;
}

/* Hands a value over twice: the same task if it is immortal, else two new ones. */
static void check_value(int64_t number)
{
    const vtb_value value = value_from(number);
    const uint64_t immortal_before_n = service.counts.immortal_n;
    vtb_handover first = vtb_ready(&service, NULL, &value);
    vtb_handover second = vtb_ready(&service, NULL, &value);
    vtb_value taken;
    assert_int_equal(first == second, is_common(number));
    assert_int_equal(live_n, is_common(number) ? 0 : 2);
    assert_int_equal(service.counts.immortal_n - immortal_before_n, is_common(number) ? 2 : 0);
    assert_true(vtb_is_ready(&service, &first, NULL));
    assert_int_equal(vtb_get(&service, &first, NULL, &taken), VTB_FAULT_NONE);
    assert_true(same_bytes(&taken, &value));
    vtb_drop(&service, &first, NULL);
    assert_int_equal(vtb_get(&service, &second, NULL, &taken), VTB_FAULT_NONE);
    assert_true(same_bytes(&taken, &value));
    vtb_drop(&service, &second, NULL);
    assert_int_equal(live_n, 0);
}

static void around_zero(void **state)
{
    (void)state;
    for (int64_t number = -20; number <= 20; number++)
        check_value(number);
}

/* Numbers that end as a common one does. */
static void far_from_zero(void **state)
{
    (void)state;
    const size_t bits_n = 8 * sizeof(vtb_value);
    for (size_t bit = 5; bit + 1 < (bits_n < 64 ? bits_n + 1 : 64); bit++) {
        check_value(INT64_C(1) << bit);
        check_value((INT64_C(1) << bit) + 3);
    }
}

#if VALUE_KIND == KIND_PAIR
/* Every byte of a value counts: one that is zero only in its first half is not common. */
static void zero_in_its_first_half(void **state)
{
    (void)state;
    const vtb_value value = {{0, 1}};
    vtb_handover handover = vtb_ready(&service, NULL, &value);
    assert_int_equal(live_n, 1);
    vtb_drop(&service, &handover, NULL);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(around_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(far_from_zero, setup, teardown),
#if VALUE_KIND == KIND_PAIR
        cmocka_unit_test_setup_teardown(zero_in_its_first_half, setup, teardown),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
