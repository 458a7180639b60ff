/* Entries that a user brings. What is added stays as long as the process: tests that may leave
 * something wrong behind do so in a child process. */
#include "own_home.h"

#include "cells/digest.h"
#include "cells/foreign.h"

static struct vtb_error error;

static const char *add_strategy(const char *path)
{
    const char *name = vtb_foreign_add_strategy(path, &error);
    if (!name)
        fail_msg("%s", error.message);
    return name;
}

static const char *add_workload(const char *path)
{
    const char *name = vtb_foreign_add_workload(path, &error);
    if (!name)
        fail_msg("%s", error.message);
    return name;
}

static size_t strategies_n(void)
{
    size_t n = 0;
    while (vtb_foreign_strategy_at(n))
        n++;
    return n;
}

static size_t workloads_n(void)
{
    size_t n = 0;
    while (vtb_foreign_workload_at(n))
        n++;
    return n;
}

/* Expects a path to be refused in one line, which shows the path, and nothing to be left behind. */
static void refuse(bool strategy, const char *path, const char *shown, const char *part)
{
    const size_t before_n = strategies_n() + workloads_n();
    const char *name =
        strategy ? vtb_foreign_add_strategy(path, &error) : vtb_foreign_add_workload(path, &error);
    if (name)
        fail_msg("'%s' is not refused", path);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    assert_begins(error.message, strategy ? "--strategy: '" : "--workload: '");
    assert_contains(error.message, shown);
    assert_contains(error.message, part);
    assert_int_equal(strategies_n() + workloads_n(), before_n);
}

static void refuse_strategy(const char *path, const char *part)
{
    refuse(true, path, path, part);
}

static void refuse_workload(const char *path, const char *part)
{
    refuse(false, path, path, part);
}

/* --- what is a path --- */

static void paths_and_names(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "./mine.c",   "mine.c",       "mine.cc",     "mine.h",      "a/b",
        "/mine",      "a/mine.c@all", "mine.c@all",  "mine.cc@",    "./mine",
        "../a@b/c.h", "a@b/mine",     "two words.c", "\xc3\xbc.cc", "mine.x.c@atom",
    };
    static const char *const names[] = {
        "",      "mine",     "mine@checked", "c",   "h",          ".c",  ".h",       "cc",
        "minec", "mine.cpp", "mine.c.orig",  "a.o", "payload_48", "all", "mine@a.b",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (!vtb_is_path(paths[i]))
            fail_msg("'%s' is a path", paths[i]);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (vtb_is_path(names[i]))
            fail_msg("'%s' is a name", names[i]);
    }
}

/* --- names of files --- */

static void a_file_is_an_entry(void **state)
{
    (void)state;
    const char *path = own_strategy("plainly.c", "plainly", "");
    const size_t before_n = strategies_n();
    const char *name = add_strategy(path);
    assert_string_equal(name, "plainly");
    assert_int_equal(strategies_n(), before_n + 1);
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry("plainly");
    assert_non_null(entry);
    assert_ptr_equal(entry, vtb_foreign_strategy("plainly", 7));
    assert_ptr_equal(entry, vtb_foreign_strategy_at(before_n));
    assert_null(vtb_foreign_strategy("plainly", 6));
    assert_string_equal(entry->path, path);
    assert_null(entry->methods[0]);
    assert_null(entry->digest);
}

static void the_same_file_is_the_same_entry(void **state)
{
    (void)state;
    char link[OWN_PATH_BYTES];
    const char *name = add_strategy(own_strategy("again.c", "again", ""));
    const size_t before_n = strategies_n();
    assert_ptr_equal(add_strategy(own_path("again.c")), name);
    assert_ptr_equal(add_strategy(own_path("./again.c")), name);
    (void)own_subfolder("links");
    snprintf(link, sizeof link, "%s", own_path("links/again.c"));
    assert_int_equal(symlink("../again.c", link), 0);
    assert_ptr_equal(add_strategy(link), name);
    assert_int_equal(strategies_n(), before_n);
    const char *file = vtb_find_strategy_entry(name)->file;
    assert_int_equal(file[0], '/');
    assert_contains(file, "/again.c");
    assert_null(strstr(file, "links"));
}

static void variants_of_a_file(void **state)
{
    (void)state;
    const char *name = add_strategy(own_strategy("varied.c", "varied", ""));
    const size_t before_n = strategies_n();
    const char *checked = add_strategy(own_path("varied.c@checked"));
    assert_string_equal(checked, "varied@checked");
    assert_ptr_equal(checked, add_strategy(own_path("varied.c@checked")));
    assert_string_equal(add_strategy(own_path("varied.c@atomic")), "varied@atomic");
    assert_int_equal(strategies_n(), before_n);
    assert_ptr_equal(vtb_find_name("varied"), name);
    refuse_strategy(own_path("varied.c@fast"), "unknown variant; accepted: FILE, FILE@checked, ");
    refuse_strategy(own_path("varied.c@"), "unknown variant");
}

/* A file that was not there before is no entry either, if its variant is none. */
static void no_variant_of_a_new_file(void **state)
{
    (void)state;
    refuse_strategy(
        strcat(strcpy((char[OWN_PATH_BYTES]){""}, own_strategy("fresh.c", "fresh", "")), "@fast"),
        "unknown variant");
    assert_null(vtb_find_strategy_entry("fresh"));
}

/* --- names that are taken --- */

static void names_of_others(void **state)
{
    (void)state;
    char file[OWN_PATH_BYTES];
    const char *own = vtb_strategies[0].name;
    snprintf(file, sizeof file, "%s.c", own);
    refuse_strategy(own_strategy(file, own, ""), "is the name of another one (");
    assert_contains(error.message, vtb_strategies[0].file);
    assert_contains(error.message, "; rename the file and the entry in it");
    snprintf(file, sizeof file, "%s.h", vtb_default_workload_name);
    refuse_workload(own_workload(file, vtb_default_workload_name, ""),
                    "is the name of another one (");
}

static void names_of_other_files(void **state)
{
    (void)state;
    (void)own_subfolder("a");
    (void)own_subfolder("b");
    assert_string_equal(add_strategy(own_strategy("a/twice.c", "twice", "")), "twice");
    refuse_strategy(own_strategy("b/twice.c", "twice", ""), "is the name of another one (");
    assert_contains(error.message, "/a/twice.c)");
    assert_string_equal(add_workload(own_workload("a/twice.h", "twice", "")), "twice");
    refuse_workload(own_workload("b/twice.h", "twice", ""), "/a/twice.h)");
}

/* The path of an entry that the build has means that entry. */
static void files_of_the_build(void **state)
{
    (void)state;
    char path[2 * OWN_PATH_BYTES];
    const size_t before_n = strategies_n() + workloads_n();
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        snprintf(path, sizeof path, "%s" OWN_INSTALLED "/%s", own_folder, vtb_strategies[i].file);
        assert_ptr_equal(add_strategy(path), vtb_strategies[i].name);
    }
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        if (vtb_workloads[i].payload_bytes) /* whose file has no size */
            continue;
        snprintf(path, sizeof path, "%s" OWN_INSTALLED "/%s", own_folder, vtb_workloads[i].file);
        assert_ptr_equal(add_workload(path), vtb_workloads[i].name);
    }
    assert_int_equal(strategies_n() + workloads_n(), before_n);
}

/* A file of the name that a size has would be measured in its place. */
static void names_of_sizes(void **state)
{
    (void)state;
    char file[OWN_PATH_BYTES];
    char stem[64];
    const struct vtb_workload_entry *family = vtb_workloads;
    while (family->name && !family->payload_bytes)
        family++;
    if (!family->name)
        skip();
    snprintf(stem, sizeof stem, "%s_77", family->stem);
    snprintf(file, sizeof file, "%s.h", stem);
    (void)own_workload(file, stem, "");
    assert_null(vtb_foreign_add_workload(own_path(file), &error));
    assert_contains(error.message, "is the name of another one (");
}

/* --- what is no file of an entry --- */

static void stems_that_are_no_names(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Mine.c",    "1st.c",
        "_mine.c",   "my-own.c",
        "my own.c",  "\xc3\xbc.c",
        "my.own.c",  ".c",
        "mine@x.c",  "mine..c",
        "m\ninus.c", "a123456789012345678901234567890123456789012345678901234567890123.c",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = own_file(bad[i], "");
        const size_t before_n = strategies_n();
        assert_null(vtb_foreign_add_strategy(path, &error));
        assert_int_equal(strategies_n(), before_n);
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_one_line(error.message);
        if (!strchr(bad[i], '@'))
            assert_contains(error.message,
                            "the file's stem names the entry, and must be lower-case "
                            "letters, digits and underscores, a letter first");
    }
    refuse_workload(own_file("Mine.h", ""), "the file's stem names the entry");
    assert_string_equal(
        add_strategy(
            own_file("a12345678901234567890123456789012345678901234567890123456789012.c", "")),
        "a12345678901234567890123456789012345678901234567890123456789012");
}

static void endings(void **state)
{
    (void)state;
    static const char *const bad[] = {"mine.cpp", "mine.C",      "mine.h",
                                      "mine",     "mine.c.orig", "mine.c/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse_strategy(own_path(bad[i]),
                        "no such kind of file; accepted: a file whose name ends in .c or .cc");
    refuse_workload(own_path("mine.c"), "accepted: a file whose name ends in .h");
    assert_null(strstr(error.message, " or "));
}

static void what_is_no_file(void **state)
{
    (void)state;
    refuse_strategy(own_path("absent.c"), "cannot be read: No such file or directory");
    refuse_workload(own_path("absent.h"), "cannot be read: No such file or directory");
    refuse_strategy(own_path("absent/deep.c"), "cannot be read: No such file or directory");
    refuse_strategy(own_subfolder("folder.c"), "is no file");
    refuse_workload(own_subfolder("folder.h"), "is no file");
    assert_int_equal(mkfifo(own_path("pipe.c"), 0600), 0);
    refuse_strategy(own_path("pipe.c"), "is no file");
    assert_int_equal(symlink("loop.c", own_path("loop.c")), 0);
    refuse_strategy(own_path("loop.c"), "cannot be read: Too many levels of symbolic links");
    refuse_strategy("", "no such kind of file");
}

/* An #include cannot name them. */
static void folders_that_no_include_can_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"quoted\"", "back\\slash", "new\nline"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char file[64];
        (void)own_subfolder(bad[i]);
        snprintf(file, sizeof file, "%s/mine.c", bad[i]);
        refuse(true, own_file(file, ""), "mine.c",
               "is a name that no #include can have: leave out quotation marks and backslashes");
    }
}

static void long_paths(void **state)
{
    (void)state;
    char path[3 * PATH_MAX];
    memset(path, 'a', sizeof path);
    path[0] = '.';
    path[1] = '/';
    strcpy(path + sizeof path - 3, ".c");
    assert_null(vtb_foreign_add_strategy(path, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
}

static void add_too_many(struct own_told *told, struct vtb_error *reason)
{
    char file[64];
    for (told->ok = true; told->ok && told->number < 1000; told->number++) {
        snprintf(file, sizeof file, "many_%zu.c", told->number);
        told->ok = vtb_foreign_add_strategy(own_file(file, ""), reason) != NULL;
    }
}

static void too_many_files(void **state)
{
    (void)state;
    own_refused(add_too_many, VTB_EXIT_USAGE, ".c': more files than 128", NULL);
}

/* --- sizes --- */

static void sizes(void **state)
{
    (void)state;
    char name[64];
    const struct vtb_workload_entry *family = vtb_workloads;
    while (family->name && !family->payload_bytes)
        family++;
    if (!family->name)
        skip();
    assert_ptr_equal(vtb_sized_workload(family->payload_bytes), family->name);
    assert_ptr_equal(vtb_named_size(family->name), family->name);
    for (const size_t *bytes = (const size_t[]){1, 47, 4096, 0}; *bytes; bytes++) {
        snprintf(name, sizeof name, "%s_%zu", family->stem, *bytes);
        const char *found = vtb_named_size(name);
        assert_string_equal(found, name);
        assert_ptr_equal(vtb_sized_workload(*bytes), found);
        const struct vtb_workload_entry *entry = vtb_find_workload(name);
        assert_int_equal(entry->payload_bytes, *bytes);
        assert_string_equal(entry->file, family->file);
        assert_string_equal(entry->stem, family->stem);
        assert_null(entry->path);
    }
}

static void sizes_that_are_none(void **state)
{
    (void)state;
    static const char *const behind[] = {
        "",     "_",    "_0",   "_-1",  "_+1",  "_048", "_4097", "_99999999999999999999999",
        "_4 8", "_48 ", "_48x", "_4.8", "_1e3", "48",   "__48",  "_0x30"};
    const struct vtb_workload_entry *family = vtb_workloads;
    const size_t before_n = workloads_n();
    while (family->name && !family->payload_bytes)
        family++;
    if (!family->name)
        skip();
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", family->stem, behind[i]);
        if (vtb_named_size(name))
            fail_msg("'%s' is no size", name);
    }
    assert_null(vtb_named_size(vtb_default_workload_name));
    assert_null(vtb_named_size("other_48"));
    assert_int_equal(workloads_n(), before_n);
}

/* --- compiling what is known of them --- */

/* When the file of the metadata was written. */
static uint64_t metadata_ns(void)
{
    return own_written_ns(own_path("cache/valuetask-bench/*/good-*.metadata0.so"));
}

static void load_good(struct own_told *told, struct vtb_error *reason)
{
    char hex[VTB_DIGEST_BYTES];
    const char *path = own_strategy("good.c", "good", "#define NODE_ASYNC 1\n");
    const char *mine = own_workload("mine.h", "mine", "");
    told->ok = vtb_foreign_add_strategy(path, reason) && vtb_foreign_add_workload(mine, reason) &&
               vtb_foreign_load(reason);
    if (!told->ok)
        return;
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry("good");
    const struct vtb_workload_entry *workload = vtb_find_workload("mine");
    const struct vtb_cell *const *methods = entry->methods;
    told->number += methods[0] && methods[1] && methods[0] != methods[1];
    told->number += strcmp(methods[0]->strategy->summary, "a value, or a node") == 0;
    told->number += !methods[0]->kind.method && methods[1]->kind.method;
    told->number += methods[0]->hit_bytes == 0 && methods[0]->miss_bytes > 0;
    told->number += vtb_find_strategy("good") == methods[0]->strategy;
    told->number += vtb_digest_file(path, hex) && strcmp(hex, entry->digest) == 0;
    told->number += vtb_digest_file(mine, hex) && strcmp(hex, workload->digest) == 0;
    told->number += workload->workload && workload->workload->value_bytes ==
                                              vtb_default_workload()->workload->value_bytes;
    /* Strategies that never count references, or never suspend, lose variants now. */
    told->number += vtb_find_name("good@checked") && !vtb_find_name("good@atomic");
    told->number += vtb_find_cell("good", "mine", (struct vtb_kind){0}) != NULL;
    const uint64_t built_ns = metadata_ns();
    told->number += vtb_foreign_load(reason) && metadata_ns() == built_ns;
    told->number += methods[0] == entry->methods[0];
}

static void good_files(void **state)
{
    (void)state;
    struct own_told *told = own_ask(load_good);
    if (!told->ok)
        fail_msg("%s\n%s", told->message, told->details);
    assert_int_equal(told->number, 12);
    own_forget(told);
}

static void load_older(struct own_told *told, struct vtb_error *reason)
{
    static const struct timespec times[] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    const uint64_t built_ns = metadata_ns();
    const char *path = own_strategy("good.c", "good", "#define NODE_ASYNC 1 /* another one */\n");
    told->ok = utimensat(AT_FDCWD, path, times, 0) == 0 && vtb_foreign_add_strategy(path, reason) &&
               vtb_foreign_load(reason);
    told->number = metadata_ns() != built_ns;
}

/* A file that is moved over another one keeps its date. */
static void a_file_that_becomes_an_older_one(void **state)
{
    (void)state;
    own_forget(own_ask(load_good));
    struct own_told *told = own_ask(load_older);
    assert_true(told->ok);
    assert_int_equal(told->number, 1);
    own_forget(told);
}

static void load_plain(struct own_told *told, struct vtb_error *reason)
{
    const char *path =
        own_strategy("direct.c", "direct", "#define NODE_LACKS .async_method = \"of a test\"\n");
    told->ok = vtb_foreign_add_strategy(path, reason) && vtb_foreign_load(reason);
    if (!told->ok)
        return;
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry("direct");
    const char *workload = vtb_default_workload_name;
    told->number += entry->methods[0] == entry->methods[1];
    told->number += vtb_find_cell("direct", workload, (struct vtb_kind){0}) != NULL;
    told->number +=
        vtb_find_cell("direct", workload, (struct vtb_kind){.method = VTB_METHOD_ASYNC}) == NULL;
}

static void a_file_without_the_async_method(void **state)
{
    (void)state;
    struct own_told *told = own_ask(load_plain);
    if (!told->ok)
        fail_msg("%s\n%s", told->message, told->details);
    assert_int_equal(told->number, 3);
    own_forget(told);
}

/* --- those that are wrong --- */

static void load_strategy(struct own_told *told, struct vtb_error *reason, const char *path)
{
    told->ok = vtb_foreign_add_strategy(path, reason) && vtb_foreign_load(reason);
}

static void ask_broken(struct own_told *told, struct vtb_error *reason)
{
    load_strategy(told, reason, own_strategy("broken.c", "broken", "\nint this is no C;\n"));
}

static void ask_other_stem(struct own_told *told, struct vtb_error *reason)
{
    load_strategy(told, reason, own_strategy("renamed.c", "other", ""));
}

static void ask_cxx(struct own_told *told, struct vtb_error *reason)
{
    load_strategy(told, reason, own_strategy("broken.cc", "broken", "\nint template = 1;\n"));
}

static void ask_undefined(struct own_told *told, struct vtb_error *reason)
{
    load_strategy(told, reason,
                  own_strategy("undefined.c", "undefined",
                               "extern void nowhere_defined(void);\n"
                               "#define NODE_ON_READY (nowhere_defined(), (void)service)\n"));
}

static void ask_workload(struct own_told *told, struct vtb_error *reason)
{
    const char *path = own_workload("wrong.h", "wrong", "int this is no C;\n");
    told->ok = vtb_foreign_add_workload(path, reason) && vtb_foreign_load(reason);
}

static void ask_renamed_workload(struct own_told *told, struct vtb_error *reason)
{
    const char *path = own_workload("moved.h", "other", "");
    told->ok = vtb_foreign_add_workload(path, reason) && vtb_foreign_load(reason);
}

/* The compiler's message on the line stands below a line that names the file as it was given. */
static void files_that_do_not_compile(void **state)
{
    (void)state;
    own_refused(ask_broken, VTB_EXIT_USAGE, "/broken.c' does not compile:", "broken.c:2:");
    own_refused(ask_cxx, VTB_EXIT_USAGE, "/broken.cc' does not compile:", "broken.cc:2:");
    own_refused(ask_other_stem, VTB_EXIT_USAGE,
                "/renamed.c' does not compile:", "vtb_strategy_renamed");
    own_refused(ask_workload, VTB_EXIT_USAGE, "/wrong.h' does not compile:", "wrong.h:");
    own_refused(ask_renamed_workload, VTB_EXIT_USAGE,
                "/moved.h' does not compile:", "vtb_file_is_named_moved");
}

static void functions_that_are_nowhere(void **state)
{
    (void)state;
    own_refused(ask_undefined, VTB_EXIT_USAGE, "/undefined.c' does not define nowhere_defined,",
                NULL);
}

#define TEST(name) cmocka_unit_test(name)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_and_names),
        TEST(a_file_is_an_entry),
        TEST(the_same_file_is_the_same_entry),
        TEST(variants_of_a_file),
        TEST(no_variant_of_a_new_file),
        TEST(names_of_others),
        TEST(names_of_other_files),
        TEST(files_of_the_build),
        TEST(names_of_sizes),
        TEST(stems_that_are_no_names),
        TEST(endings),
        TEST(what_is_no_file),
        TEST(folders_that_no_include_can_name),
        TEST(long_paths),
        TEST(too_many_files),
        TEST(sizes),
        TEST(sizes_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Here all entries that were added must compile, as no others were. */
static int run_loading(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_files),
        TEST(a_file_that_becomes_an_older_one),
        TEST(a_file_without_the_async_method),
        TEST(files_that_do_not_compile),
        TEST(functions_that_are_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_all(void)
{
    const int failed = run_loading(); /* first, while no other file was added */
    return run() + failed;
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run_all);
}
