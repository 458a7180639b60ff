/* Names of files, and what ninja is told: read back by ninja and a shell, in folders whose names
 * have all that means something to either. */
#include "own_home.h"

#include <dlfcn.h>

#include "cells/target.h"

#define ODD "it's a $odd: \xc3\xbc|;*? #\"folder\""
#define ODD_FOREIGN "user's $own: \xc3\xa4 (copy) & `x`"

/* Unusual characters that a compiler can still tell ninja of, in its list of the files that it
 * read. */
#define UNUSUAL "not so $odd: \xc3\xbc (copy) #1"
#define UNUSUAL_FOREIGN "user, own $files: \xc3\xa4 (copy) #2"

static const struct vtb_strategy_entry strategy = {.name = "some_task",
                                                   .file = "impls/some_task.c"};
static const struct vtb_strategy_entry cxx = {.name = "routine", .file = "impls/routine.cc"};
static const struct vtb_strategy_entry mine = {
    .name = "mine", .file = "/a/mine.c", .path = "../a/mine.c"};
static const struct vtb_strategy_entry mine_elsewhere = {
    .name = "mine", .file = "/b/mine.c", .path = "mine.c"};
static const struct vtb_workload_entry workload = {
    .name = "cache", .stem = "cache", .file = "workloads/cache.h"};
static const struct vtb_workload_entry sized = {
    .name = "bytes_48", .stem = "bytes", .file = "workloads/sized/bytes.h", .payload_bytes = 48};
static const struct vtb_workload_entry workload_of_mine = {
    .name = "cache_of_mine", .stem = "cache_of_mine", .file = "/a/w.h", .path = "w.h"};

static char name[VTB_TARGET_NAME_BYTES];

static const char *name_of(struct vtb_target target)
{
    memset(name, 'x', sizeof name);
    vtb_target_name(&target, name);
    return name;
}

#define CELL(...) \
    name_of((struct vtb_target){.strategy = &strategy, .workload = &workload, __VA_ARGS__})

/* --- names of files --- */

static void names_of_cells(void **state)
{
    (void)state;
    assert_string_equal(CELL(.what = VTB_TARGET_CELL), "some_task.cache.timing.so");
    assert_string_equal(CELL(.kind = {.method = VTB_METHOD_ASYNC}),
                        "some_task.cache.timing_async.so");
    assert_string_equal(CELL(.kind = {.collected = true}), "some_task.cache.timing_collected.so");
    assert_string_equal(CELL(.kind = {.counting = true}), "some_task.cache.counting.so");
    assert_string_equal(CELL(.kind = {.counting = true, .method = VTB_METHOD_ASYNC}),
                        "some_task.cache.counting_async.so");
    assert_string_equal(CELL(.kind = {.layered = true}), "some_task.cache.timing_layered.so");
    assert_string_equal(CELL(.kind = {.handover = true, .layered = true, .polluted = true}),
                        "some_task.cache.timing_handover_layered_polluted.so");
    assert_string_equal(CELL(.variant = VTB_VARIANT_CHECKED), "some_task.cache.timing_checked.so");
    assert_string_equal(CELL(.variant = VTB_VARIANT_ATOMIC,
                             .kind = {.method = VTB_METHOD_ASYNC, .collected = true}),
                        "some_task.cache.timing_async_atomic_collected.so");
}

static void names_of_what_is_known(void **state)
{
    (void)state;
    assert_string_equal(CELL(.what = VTB_TARGET_METADATA), "some_task.metadata0.so");
    assert_string_equal(CELL(.what = VTB_TARGET_METADATA, .kind = {.method = VTB_METHOD_ASYNC}),
                        "some_task.metadata1.so");
    assert_string_equal(
        name_of((struct vtb_target){.what = VTB_TARGET_WORKLOAD, .workload = &workload}),
        "cache.workload.so");
}

static void names_of_sizes(void **state)
{
    (void)state;
    assert_string_equal(name_of((struct vtb_target){.strategy = &strategy, .workload = &sized}),
                        "some_task.bytes_48.timing.so");
    assert_string_equal(
        name_of((struct vtb_target){.what = VTB_TARGET_WORKLOAD, .workload = &sized}),
        "bytes_48.workload.so");
}

typedef char target_name[VTB_TARGET_NAME_BYTES];

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

#define KINDS_N (VTB_METHODS_N << 10)

/* Each kind of each variant has a file of its own. */
static void all_names_differ(void **state)
{
    (void)state;
    static target_name names[VTB_VARIANTS_N * KINDS_N];
    size_t n = 0;
    for (int variant = 0; variant < VTB_VARIANTS_N; variant++) {
        for (int bits = 0; bits < KINDS_N; bits++) {
            const struct vtb_target target = {.strategy = &strategy,
                                              .workload = &workload,
                                              .variant = (enum vtb_variant)variant,
                                              .kind = {.counting = bits & 1,
                                                       .collected = bits & 2,
                                                       .method = (enum vtb_method)(bits >> 10),
                                                       .by_runtime = bits & 4,
                                                       .stored = bits & 16,
                                                       .abstract = bits & 8,
                                                       .concurrent = bits & 32,
                                                       .outside = bits & 64,
                                                       .handover = bits & 128,
                                                       .layered = bits & 256,
                                                       .polluted = bits & 512}};
            vtb_target_name(&target, names[n++]);
        }
    }
    qsort(names, n, sizeof *names, by_text);
    for (size_t i = 1; i < n; i++)
        assert_string_not_equal(names[i - 1], names[i]);
}

/* Files of the same stem in two folders get different names, and the same file always gets the same
 * one. */
static void names_of_files_of_a_user(void **state)
{
    (void)state;
    char before[VTB_TARGET_NAME_BYTES];
    strcpy(before, name_of((struct vtb_target){.strategy = &mine, .workload = &workload}));
    assert_begins(before, "mine-");
    assert_int_equal(strspn(before + 5, "0123456789abcdef"), 8);
    assert_string_equal(before + 13, ".cache.timing.so");
    assert_string_equal(name_of((struct vtb_target){.strategy = &mine, .workload = &workload}),
                        before);
    (void)name_of((struct vtb_target){.strategy = &mine_elsewhere, .workload = &workload});
    assert_begins(name, "mine-");
    assert_string_not_equal(name, before);
    (void)name_of((struct vtb_target){.strategy = &strategy, .workload = &workload_of_mine});
    assert_begins(name, "some_task.cache_of_mine-");
    (void)name_of(
        (struct vtb_target){.what = VTB_TARGET_METADATA, .strategy = &mine, .workload = &workload});
    assert_int_equal(strncmp(name, before, 13), 0);
    assert_string_equal(name + 13, ".metadata0.so");
}

/* The longest name that there can be is cut where it does no harm: its end tells the kind of the
 * cell. */
static void long_names(void **state)
{
    (void)state;
    static const char letters[] =
        "a123456789012345678901234567890123456789012345678901234567890123456789";
    const struct vtb_strategy_entry long_strategy = {
        .name = letters, .file = "/a/x.c", .path = "x.c"};
    const struct vtb_workload_entry long_workload = {
        .name = letters, .stem = letters, .file = "/a/x.h", .path = "x.h"};
    (void)name_of((struct vtb_target){.strategy = &long_strategy,
                                      .workload = &long_workload,
                                      .variant = VTB_VARIANT_CHECKED,
                                      .kind = {.method = VTB_METHOD_ASYNC, .collected = true}});
    assert_true(strlen(name) < sizeof name);
    assert_contains(name, ".timing_async_checked_collected.so");
}

static void whose_fault_it_is(void **state)
{
    (void)state;
    struct vtb_target target = {.strategy = &strategy, .workload = &workload};
    assert_null(vtb_target_path(&target));
    target.workload = &workload_of_mine;
    assert_string_equal(vtb_target_path(&target), "w.h");
    target.strategy = &mine;
    assert_string_equal(vtb_target_path(&target), "../a/mine.c");
    target.workload = &workload;
    assert_string_equal(vtb_target_path(&target), "../a/mine.c");
    target = (struct vtb_target){.what = VTB_TARGET_WORKLOAD, .workload = &workload_of_mine};
    assert_string_equal(vtb_target_path(&target), "w.h");
}

/* --- what ninja makes of it --- */

static struct vtb_home home;

/* The rules: each file that is built holds the words of its command, a line each. */
static const char rules[] =
    "c = C\ncxx = CXX\nflags =\ntiming = TIMING\ncounting = COUNTING\nmetadata = METADATA\n"
    "workload = WORKLOAD\nown_c_warnings = OWN_C\nown_cxx_warnings = OWN_CXX\n"
    "foreign_c_warnings = FOREIGN_C\nforeign_cxx_warnings = FOREIGN_CXX\ndefault_checked = 7\n"
    "rule cell\n"
    "  command = for word in $compile $pass $warnings -I$contract $definitions $toolchain $in; "
    "do printf '%s\\n' \"$$word\"; done > $out\n";

static void set_home(const char *folder)
{
    memset(&home, 0, sizeof home);
    snprintf(home.root, sizeof home.root, "%s/tree", own_subfolder(folder));
    snprintf(home.build, sizeof home.build, "%s/build", own_path(folder));
    snprintf(home.cells, sizeof home.cells, "%s/cells", own_path(folder));
    assert_true(mkdir(home.build, 0777) == 0 || errno == EEXIST);
    assert_true(mkdir(home.cells, 0777) == 0 || errno == EEXIST);
}

static void run_ninja(const struct vtb_target *targets, size_t n)
{
    char list[2 * PATH_MAX];
    int status = 0;
    snprintf(list, sizeof list, "%s/build.ninja", home.cells);
    FILE *out = fopen(list, "w");
    assert_non_null(out);
    vtb_targets_write(out, &home, "0123abc", targets, n);
    assert_int_equal(fclose(out), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (chdir(home.cells) == 0)
            execlp("ninja", "ninja", "--quiet", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static char *words;

/* The words of the command that made a target. */
static void read_words(const struct vtb_target *target)
{
    char file[2 * PATH_MAX];
    size_t n;
    vtb_target_name(target, name);
    snprintf(file, sizeof file, "%s/%s", home.cells, name);
    free(words);
    words = own_text(file, &n);
}

static bool has_word(const char *word)
{
    const size_t n = strlen(word);
    for (const char *line = words; *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, word, n) == 0 && line[n] == '\n')
            return true;
    }
    return false;
}

__attribute__((format(printf, 1, 2))) static void assert_word(const char *format, ...)
{
    char word[3 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(word, sizeof word, format, arguments);
    va_end(arguments);
    if (!has_word(word))
        fail_msg("no word '%s' in\n%s", word, words);
}

static void make_words(const struct vtb_target *target)
{
    run_ninja(target, 1);
    read_words(target);
}

/* A source has to be there, or ninja would not know how to make it. */
static int open_odd_home(void **state)
{
    (void)state;
    char path[2 * PATH_MAX];
    char folder[] = "/harness/cells/source";
    set_home(ODD);
    assert_int_equal(mkdir(home.root, 0777), 0);
    for (char *slash = folder + 1; slash; slash = strchr(slash, '/')) {
        slash += *slash == '/';
        const size_t n = strcspn(slash, "/");
        snprintf(path, sizeof path, "%s%.*s", home.root, (int)(slash + n - folder), folder);
        assert_int_equal(mkdir(path, 0777), 0);
    }
    for (const char *const *source = (const char *[]){"cell.c", "workload.c", NULL}; *source;
         source++) {
        snprintf(path, sizeof path, ODD "/tree%s/%s", folder, *source);
        (void)own_file(path, "");
    }
    (void)own_file(ODD "/build/cells.ninja", rules);
    return 0;
}

static int close_odd_home(void **state)
{
    (void)state;
    free(words);
    words = NULL;
    own_remove(own_path(ODD));
    return 0;
}

static void words_of_a_cell(void **state)
{
    (void)state;
    const struct vtb_target target = {.strategy = &strategy, .workload = &workload};
    make_words(&target);
    assert_word("C");
    assert_word("TIMING");
    assert_word("OWN_C");
    assert_word("-I%s/harness/include", home.root);
    assert_word("-DVTB_WORKLOAD_FILE=\"%s/workloads/cache.h\"", home.root);
    assert_word("-DVTB_STRATEGY_FILE=\"%s/impls/some_task.c\"", home.root);
    assert_word("-DVTB_STRATEGY_STEM=some_task");
    assert_word("-DVTB_WORKLOAD_STEM=cache");
    assert_word("-DVTB_PASS_STEM=timing");
    assert_word("-DVTB_VARIANT=\"\"");
    assert_word("-DVTB_COUNTING=0");
    assert_word("-DVTB_COLLECTED=0");
    assert_word("-DVTB_ASYNC=0");
    assert_word("-DVTB_VIRTUAL=0");
    assert_word("-DVTB_CONCURRENT=0");
    assert_word("-DVTB_OUTSIDE=0");
    assert_word("-DVTB_HANDOVER=0");
    assert_word("-DVTB_LAYERED=0");
    assert_word("-DVTB_POLLUTED=0");
    assert_word("-DVTB_ATOMIC=0");
    assert_word("-DVTB_LOCAL=0");
    assert_word("-DVTB_CHECKED=7"); /* as the build has it */
    assert_word("0123abc");
    assert_word("%s/harness/cells/source/cell.c", home.root);
    assert_null(strstr(words, "VTB_METADATA"));
    assert_null(strstr(words, "VTB_PAYLOAD_BYTES"));
}

static void words_of_kinds(void **state)
{
    (void)state;
    const struct vtb_target collected = {.strategy = &strategy,
                                         .workload = &workload,
                                         .variant = VTB_VARIANT_ATOMIC,
                                         .kind = {.collected = true,
                                                  .method = VTB_METHOD_ASYNC,
                                                  .abstract = true,
                                                  .concurrent = true,
                                                  .outside = true,
                                                  .handover = true,
                                                  .layered = true,
                                                  .polluted = true}};
    const struct vtb_target counting = {.strategy = &cxx,
                                        .workload = &sized,
                                        .variant = VTB_VARIANT_CHECKED,
                                        .kind = {.counting = true}};
    make_words(&collected);
    assert_word("-DVTB_COLLECTED=1");
    assert_word("-DVTB_ASYNC=1");
    assert_word("-DVTB_VIRTUAL=1");
    assert_word("-DVTB_CONCURRENT=1");
    assert_word("-DVTB_OUTSIDE=1");
    assert_word("-DVTB_HANDOVER=1");
    assert_word("-DVTB_LAYERED=1");
    assert_word("-DVTB_POLLUTED=1");
    assert_word("-DVTB_ATOMIC=1");
    assert_word("-DVTB_CHECKED=7");
    assert_word("-DVTB_VARIANT=\"@atomic\"");
    assert_word(
        "-DVTB_PASS_STEM=timing_async_atomic_collected_virtual_concurrent_outside_handover"
        "_layered_polluted");
    make_words(&counting);
    assert_word("CXX");
    assert_word("OWN_CXX");
    assert_word("COUNTING");
    assert_word("-DVTB_COUNTING=1");
    assert_word("-DVTB_CHECKED=1");
    assert_word("-DVTB_VARIANT=\"@checked\"");
    assert_word("-DVTB_PAYLOAD_BYTES=48");
    assert_word("-DVTB_WORKLOAD_STEM=bytes_48");
    assert_word("-DVTB_WORKLOAD_FILE=\"%s/workloads/sized/bytes.h\"", home.root);
}

static void words_of_what_is_known(void **state)
{
    (void)state;
    const struct vtb_target metadata = {.what = VTB_TARGET_METADATA,
                                        .strategy = &mine,
                                        .workload = &workload,
                                        .kind = {.method = VTB_METHOD_ASYNC}};
    const struct vtb_target entry = {.what = VTB_TARGET_WORKLOAD, .workload = &sized};
    make_words(&metadata);
    assert_word("METADATA");
    assert_word("FOREIGN_C");
    assert_word("-DVTB_METADATA=1");
    assert_word("-DVTB_FROM_OUTSIDE=1");
    assert_word("-DVTB_ASYNC=1");
    assert_word("-DVTB_PASS_STEM=metadata");
    assert_word("-DVTB_STRATEGY_FILE=\"/a/mine.c\"");
    make_words(&entry);
    assert_word("WORKLOAD");
    assert_word("OWN_C");
    assert_word("-DVTB_WORKLOAD_STEM=bytes"); /* as its source has it */
    assert_word("-DVTB_PAYLOAD_BYTES=48");
    assert_word("-DVTB_WORKLOAD_OBJECT=vtb_workload");
    assert_word("%s/harness/cells/source/workload.c", home.root);
    assert_null(strstr(words, "VTB_STRATEGY"));
}

/* A user's file is compiled without some of the warnings that our own sources are held to. */
static void words_of_files_of_a_user(void **state)
{
    (void)state;
    static const char file[] = "/tmp/" ODD_FOREIGN "/routine.cc";
    const struct vtb_strategy_entry foreign = {.name = "routine", .file = file, .path = "r.cc"};
    const struct vtb_target targets[] = {
        {.strategy = &foreign, .workload = &workload},
        {.strategy = &strategy, .workload = &workload_of_mine},
        {.what = VTB_TARGET_WORKLOAD, .workload = &workload_of_mine},
    };
    run_ninja(targets, 3);
    read_words(&targets[0]);
    assert_word("FOREIGN_CXX");
    assert_word("-DVTB_STRATEGY_FILE=\"%s\"", file);
    read_words(&targets[1]);
    assert_word("FOREIGN_C");
    assert_word("-DVTB_WORKLOAD_FILE=\"/a/w.h\"");
    read_words(&targets[2]);
    assert_word("FOREIGN_C");
}

/* What is compared with another build is an object by the build's own rule, and linked by it behind
 * padding at each place. */
static void words_of_what_is_padded(void **state)
{
    (void)state;
    static const struct vtb_edition edition = {.word = "b1"};
    struct vtb_error error;
    struct vtb_target targets[2];
    char file[3 * PATH_MAX];
    size_t n;
    for (unsigned i = 0; i < 2; i++)
        targets[i] = (struct vtb_target){
            .strategy = &strategy, .workload = &workload, .edition = &edition, .padding = 5 + i};
    run_ninja(targets, 2);
    snprintf(file, sizeof file, "%s/some_task.cache.timing.o", home.cells);
    free(words);
    words = own_text(file, &n);
    assert_word("TIMING");
    assert_word("-c");
    assert_word("-DVTB_STRATEGY_STEM=some_task");
    read_words(&targets[1]);
    assert_word("C");
    assert_word("-DVTB_PADDING=6");
    assert_word("some_task.cache.timing.o");
    snprintf(file, sizeof file, "%s/harness/cells/source/padding.c\n-x\nnone\n",
             vtb_home(&error)->root);
    assert_contains(words, file); /* in front of the object */
    assert_null(strstr(words, "VTB_STRATEGY"));
    assert_true(vtb_target_has_file(&targets[0], "some_task.cache.timing.padding5.so"));
    assert_true(vtb_target_has_file(&targets[0], "some_task.cache.timing.o"));
    assert_false(vtb_target_has_file(&targets[0], "some_task.cache.timing.so"));
}

/* Nothing is to be built: that is no error. */
static void no_targets(void **state)
{
    (void)state;
    run_ninja(NULL, 0);
}

/* --- and a compiler --- */

/* Files are compiled by the build's own rules, from sources in folders of any name. */
static void compiled_in_odd_folders(void **state)
{
    (void)state;
    struct vtb_error error;
    char text[2 * PATH_MAX];
    char file[3 * PATH_MAX];
    const struct vtb_home *own = vtb_home(&error);
    set_home(UNUSUAL);
    assert_int_equal(symlink(own->root, home.root), 0);
    snprintf(file, sizeof file, "%s/cells.ninja", own->build);
    snprintf(text, sizeof text, "%s/cells.ninja", home.build);
    own_copy(file, text, 0600);
    snprintf(text, sizeof text, "#include \"%s/tests/fixtures/own/node.h\"\nNODE_STRATEGY(mine);\n",
             own->root);
    (void)own_subfolder(UNUSUAL_FOREIGN);
    const struct vtb_strategy_entry foreign = {
        .name = "mine", .file = own_file(UNUSUAL_FOREIGN "/mine.c", text), .path = "mine.c"};
    const struct vtb_target target = {
        .what = VTB_TARGET_METADATA, .strategy = &foreign, .workload = vtb_default_workload()};
    run_ninja(&target, 1);
    vtb_target_name(&target, name);
    snprintf(file, sizeof file, "%s/%s", home.cells, name);
    void *loaded = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(loaded);
    const uint64_t built_ns = own_written_ns(own_path("not so*/cells/*.so"));
    run_ninja(&target, 1); /* it knows what it depends on */
    assert_int_equal(own_written_ns(own_path("not so*/cells/*.so")), built_ns);
    const struct vtb_cell *cell = dlsym(loaded, VTB_STRING(VTB_CELL_EXPORT));
    assert_non_null(cell);
    assert_string_equal(cell->strategy_name, "mine");
    assert_string_equal(cell->workload_name, vtb_default_workload_name);
    assert_int_equal(dlclose(loaded), 0);
}

#define TEST(name) cmocka_unit_test(name)
#define NINJA_TEST(name) cmocka_unit_test_setup_teardown(name, open_odd_home, close_odd_home)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_of_cells),
        TEST(names_of_what_is_known),
        TEST(names_of_sizes),
        TEST(all_names_differ),
        TEST(names_of_files_of_a_user),
        TEST(long_names),
        TEST(whose_fault_it_is),
        NINJA_TEST(words_of_a_cell),
        NINJA_TEST(words_of_kinds),
        NINJA_TEST(words_of_what_is_known),
        NINJA_TEST(words_of_files_of_a_user),
        NINJA_TEST(words_of_what_is_padded),
        NINJA_TEST(no_targets),
        TEST(compiled_in_odd_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
