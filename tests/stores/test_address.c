/* Addresses of servers: host and port, or a path. */
#include "check.h"

#include "stores/address.h"

static void split(const char *address, const char *host, int port)
{
    char found[VTB_HOST_BYTES] = "";
    int number = 0;
    assert_true(vtb_address_split(address, found, &number));
    assert_string_equal(found, host);
    assert_int_equal(number, port);
}

static void host_and_port(void **state)
{
    (void)state;
    split("localhost:6379", "localhost", 6379);
    split("10.0.0.1:1", "10.0.0.1", 1);
    split("[::1]:65535", "::1", 65535);
    split("::1:7", "::1", 7);
}

static void what_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",     "localhost", ":6379", "h:",   "h:0",   "h:65536", "h:99999999999999",
        "h:+7", "h: 7",      "h:7x",  "[]:7", "redis", "/a:7",    "./redis:7",
        "h:-1", "::",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char host[VTB_HOST_BYTES] = "as before";
        int port = -3;
        if (vtb_address_split(texts[i], host, &port))
            fail_msg("'%s' was taken", texts[i]);
        assert_string_equal(host, "as before");
        assert_int_equal(port, -3);
    }
}

/* A host's name is not cut. */
static void long_hosts(void **state)
{
    (void)state;
    char address[VTB_HOST_BYTES + 3];
    char host[VTB_HOST_BYTES];
    int port;
    memset(address, 'h', sizeof address);
    strcpy(&address[VTB_HOST_BYTES - 1], ":7");
    assert_true(vtb_address_split(address, host, &port));
    assert_int_equal(strlen(host), VTB_HOST_BYTES - 1);
    address[VTB_HOST_BYTES - 1] = 'h';
    strcpy(&address[VTB_HOST_BYTES], ":7");
    assert_false(vtb_address_split(address, host, &port));
}

static void paths(void **state)
{
    (void)state;
    assert_true(vtb_address_is_path("/run/redis.sock"));
    assert_true(vtb_address_is_path("./redis"));
    assert_false(vtb_address_is_path("redis"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_and_port),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(long_hosts),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
