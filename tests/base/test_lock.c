#include "directory.h"

#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

static struct vtb_error error;

static void is_had_by_one_until_closed(void **state)
{
    (void)state;
    const int lock = vtb_lock(in_directory("lock"), "does things", &error);
    const int other = open(in_directory("lock"), O_RDWR);
    assert_true(lock >= 0 && other >= 0);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(lock);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    close(other);
}

static void says_what_cannot_be_made(void **state)
{
    (void)state;
    assert_int_equal(vtb_lock(in_directory("nowhere/lock"), "does things", &error), -1);
    assert_one_line(error.message);
    assert_contains(error.message, "nowhere/lock' cannot be made: No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_had_by_one_until_closed),
        cmocka_unit_test(says_what_cannot_be_made),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
