#include "check.h"

#include "passes/environment.h"

static void what_an_allocator_reads_is_known_by_its_name(void **state)
{
    (void)state;
    static const char *const reach[] = {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
                                        "MALLOC_ARENA_MAX=1",
                                        "MALLOC_CONF=dirty:0",
                                        "MIMALLOC_LARGE_OS_PAGES=1",
                                        "JE_MALLOC_CONF=x",
                                        "TCMALLOC_RELEASE_RATE=1",
                                        "TBB_MALLOC_USE_HUGE_PAGES=1",
                                        "GC_INITIAL_HEAP_SIZE=1",
                                        "LD_PRELOAD=libmimalloc.so",
                                        "LD_LIBRARY_PATH=/x",
                                        "LD_BIND_NOW=1",
                                        "GLIBCXX_TUNABLES=x",
                                        "PERFTOOLS_VERBOSE=1",
                                        "MALLOC_PERTURB_"};
    static const char *const others[] = {"PATH=MALLOC_", "MALLOC=1", "GC=1",
                                         "VTB_HEAP=all", "",         "XMALLOC_CHECK_=1",
                                         "malloc_conf=1"};
    for (size_t i = 0; i < sizeof reach / sizeof *reach; i++)
        assert_true(vtb_environment_reaches_heap(reach[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(vtb_environment_reaches_heap(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_allocator_reads_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
