/* The pool of pool.h: what is given back comes out again, each object once. */
#include "check.h"

#define VTB_COUNTING 0
#define VTB_COLLECTED 0
#define VTB_CHECKED 0

#include <vtb/pool.h>

#include <pthread.h>

#define OBJECTS_N (VTB_POOL_CAP * 2 + 100)

/* The pool may use the first word of what another thread gave back. */
struct object {
    void *first_word;
    size_t number;
    size_t taken_n;
};

static struct object objects[OBJECTS_N];
static struct vtb_service service; /* on a heap that frees */
static struct vtb_pool pool;

static int setup(void **state)
{
    (void)state;
    memset(&pool, 0, sizeof pool);
    for (size_t i = 0; i < OBJECTS_N; i++)
        objects[i] = (struct object){.number = i};
    return 0;
}

static void youngest_first(void **state)
{
    (void)state;
    assert_null(vtb_pool_take(&service, &pool));
    for (size_t i = 0; i < 10; i++)
        assert_true(vtb_pool_put(&pool, &objects[i]));
    for (size_t i = 10; i-- > 5;)
        assert_ptr_equal(vtb_pool_take(&service, &pool), &objects[i]);
    assert_true(vtb_pool_put(&pool, &objects[77]));
    assert_ptr_equal(vtb_pool_take(&service, &pool), &objects[77]);
    for (size_t i = 5; i-- > 0;)
        assert_ptr_equal(vtb_pool_take(&service, &pool), &objects[i]);
    assert_null(vtb_pool_take(&service, &pool));
}

/* A full pool takes no more objects; they stay the caller's. */
static void no_more_than_its_cap(void **state)
{
    (void)state;
    for (size_t i = 0; i < VTB_POOL_CAP; i++)
        assert_true(vtb_pool_put(&pool, &objects[i]));
    assert_false(vtb_pool_put(&pool, &objects[VTB_POOL_CAP]));
    for (size_t i = VTB_POOL_CAP; i-- > 0;)
        assert_ptr_equal(vtb_pool_take(&service, &pool), &objects[i]);
    assert_null(vtb_pool_take(&service, &pool));
}

/* Takes all there is; every object of the first n must come out once, as it was. */
static void take_all(size_t n)
{
    struct object *object;
    size_t taken_n = 0;
    while (taken_n <= n && (object = (struct object *)vtb_pool_take(&service, &pool))) {
        assert_true(object >= objects && object < objects + n);
        assert_ptr_equal(object, &objects[object->number]);
        object->taken_n++;
        taken_n++;
    }
    assert_int_equal(taken_n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(objects[i].taken_n, 1);
}

/* Fewer than the pool keeps, as many, more, and more than twice as many. */
static void from_another_thread(void **state)
{
    (void)state;
    static const size_t numbers[] = {1,        2, VTB_POOL_CAP, VTB_POOL_CAP + 1, VTB_POOL_CAP + 2,
                                     OBJECTS_N};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        (void)setup(NULL);
        for (size_t j = 0; j < numbers[i]; j++)
            vtb_pool_put_remote(&service, &pool, &objects[j]);
        assert_int_equal(pool.n, 0); /* it is the owner that moves them */
        take_all(numbers[i]);
    }
}

/* The owner's own come first. */
static void its_own_and_the_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < 10; i++)
        vtb_pool_put_remote(&service, &pool, &objects[i]);
    assert_true(vtb_pool_put(&pool, &objects[10]));
    assert_ptr_equal(vtb_pool_take(&service, &pool), &objects[10]);
    objects[10].taken_n++;
    struct object *first = (struct object *)vtb_pool_take(&service, &pool);
    assert_int_equal(pool.n, 9);
    assert_true(vtb_pool_put(&pool, first));
    assert_true(vtb_pool_put(&pool, &objects[10]));
    objects[10].taken_n = 0;
    take_all(11);
}

#define THREADS_N 4

static void *put_every_fourth(void *first)
{
    for (size_t i = *(size_t *)first; i < OBJECTS_N; i += THREADS_N)
        vtb_pool_put_remote(&service, &pool, &objects[i]);
    return NULL;
}

/* Takes while others give back, as often as it can be, and what is left when they are done. */
static size_t take_meanwhile(const pthread_t *threads)
{
    struct object *object;
    size_t taken_n = 0;
    for (size_t i = 0; i < OBJECTS_N; i++) {
        if ((object = (struct object *)vtb_pool_take(&service, &pool))) {
            object->taken_n++;
            taken_n++;
        }
    }
    for (size_t i = 0; i < THREADS_N; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    while (taken_n <= OBJECTS_N && (object = (struct object *)vtb_pool_take(&service, &pool))) {
        object->taken_n++;
        taken_n++;
    }
    return taken_n;
}

static void several_threads(void **state)
{
    (void)state;
    pthread_t threads[THREADS_N];
    size_t firsts[THREADS_N];
    for (size_t round = 0; round < 50; round++) {
        (void)setup(NULL);
        for (size_t i = 0; i < THREADS_N; i++) {
            firsts[i] = i;
            assert_int_equal(pthread_create(&threads[i], NULL, put_every_fourth, &firsts[i]), 0);
        }
        assert_int_equal(take_meanwhile(threads), OBJECTS_N);
        for (size_t i = 0; i < OBJECTS_N; i++)
            assert_int_equal(objects[i].taken_n, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(youngest_first, setup),
        cmocka_unit_test_setup(no_more_than_its_cap, setup),
        cmocka_unit_test_setup(from_another_thread, setup),
        cmocka_unit_test_setup(its_own_and_the_others, setup),
        cmocka_unit_test_setup(several_threads, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
