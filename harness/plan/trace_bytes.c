#include "plan/trace_bytes.h"

#include <inttypes.h>
#include <string.h>

#include "plan/trace_keys.h"

/* Stands for any byte in how something starts; none of them has it. */
#define ANY '?'

/* How files start that are no traces; the first that fits counts. */
static const struct {
    const char *bytes;
    size_t n;
    bool of_text; /* bytes that 4-byte keys may start with as well as any others */
    const char *what;
    const char *remedy; /* the command that makes a trace of it */
} starts[] = {
    {"\x1f\x8b\x08", 3, false, "compressed", "zcat"},
    {"\xfd"
     "7zXZ\0",
     6, false, "compressed", "xzcat"},
    {"\x28\xb5\x2f\xfd", 4, false, "compressed", "zstdcat"},
    {"BZh?1AY&SY", 10, false, "compressed", "bzcat"},
    {"BZh?\x17rE8P\x90", 10, false, "compressed", "bzcat"}, /* of an empty file */
    {"\x04\x22\x4d\x18", 4, false, "compressed", "lz4cat"},
    {"PK\3\4", 4, false, "compressed", "unzip -p"},
    {"\xff\xfe\0\0", 4, true, "UTF-32", "iconv -f UTF-32 -t UTF-8"},
    {"\0\0\xfe\xff", 4, true, "UTF-32", "iconv -f UTF-32 -t UTF-8"},
    {"\xff\xfe", 2, true, "UTF-16", "iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff", 2, true, "UTF-16", "iconv -f UTF-16 -t UTF-8"},
};

static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */

static bool starts_with(const char *bytes, size_t n, const char *start, size_t start_n)
{
    for (size_t i = 0; i < start_n; i++) {
        if (i == n || (bytes[i] != start[i] && start[i] != ANY))
            return false;
    }
    return true;
}

static bool refuse_what(const char *path, const char *what, const char *remedy,
                        struct vtb_error *error)
{
    return vtb_trace_refuse(path, error, "%s; `%s FILE | run_bench --trace -`", what, remedy);
}

/* Bytes by whose NULs UTF-16 is told. */
#define LOOKED_AT ((size_t)4096)

/* Refuses UTF-16 without a mark: most of its characters have a NUL for one of their two bytes, and
 * none for the other. */
static bool check_nuls(const char *path, const char *bytes, size_t n, struct vtb_error *error)
{
    const size_t pairs_n = (n < LOOKED_AT ? n : LOOKED_AT) / 2;
    size_t nuls_n[2] = {0};
    for (size_t i = 0; i < 2 * pairs_n; i++)
        nuls_n[i % 2] += bytes[i] == '\0';
    if (nuls_n[0] == 0 && nuls_n[1] > pairs_n / 2)
        return refuse_what(path, "UTF-16", "iconv -f UTF-16LE -t UTF-8", error);
    if (nuls_n[1] == 0 && nuls_n[0] > pairs_n / 2)
        return refuse_what(path, "UTF-16", "iconv -f UTF-16BE -t UTF-8", error);
    return true;
}

bool vtb_trace_check_start(const char *path, enum vtb_trace_kind kind, const char *bytes, size_t n,
                           size_t *skip_n, struct vtb_error *error)
{
    const bool is_text = kind != VTB_TRACE_BE32;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if ((is_text || !starts[i].of_text) && starts_with(bytes, n, starts[i].bytes, starts[i].n))
            return refuse_what(path, starts[i].what, starts[i].remedy, error);
    }
    *skip_n = is_text && starts_with(bytes, n, mark, sizeof mark - 1) ? sizeof mark - 1 : 0;
    return !is_text || check_nuls(path, bytes, n, error);
}

/* Control characters are no text, but for white space (7 to 13, with the bell and backspace of a
 * terminal's log) and for what separates fields (28 to 31). */
static bool is_of_text(char byte)
{
    const unsigned char c = (unsigned char)byte;
    return (c >= ' ' && c != 127) || (c >= 7 && c <= 13) || (c >= 28 && c <= 31);
}

bool vtb_trace_check_text(const char *path, uint64_t first, const char *bytes, size_t n,
                          struct vtb_error *error)
{
    size_t i = 0;
    while (i < n && is_of_text(bytes[i]))
        i++;
    return i == n ||
           vtb_trace_refuse(path, error,
                            "its byte %" PRIu64
                            " is 0x%02x, which text does not have; keys of 4 bytes, "
                            "big-endian, are read by --trace-format be32, and no other binary ones",
                            first + i, (unsigned)(unsigned char)bytes[i]);
}
