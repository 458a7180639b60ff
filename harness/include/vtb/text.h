/*
 * Strings as keys and values: immutable texts of at most VTB_TEXT_MAX bytes, padded with zeros to
 * whole words, so that hashing and comparing walk words. A text is referred to by its address, as a
 * string is in a managed runtime; two texts are the same if their characters are.
 */
#ifndef VTB_TEXT_H
#define VTB_TEXT_H

#include "workload.h"

#include <string.h>

#define VTB_TEXT_MAX 40
#define VTB_TEXT_WORDS (VTB_TEXT_MAX / 8)

struct vtb_text {
    uint64_t length; /* bytes, not counting the padding */
    uint64_t words[VTB_TEXT_WORDS];
};

/* The number of words that hold characters. */
static inline size_t vtb_text_words_n(const struct vtb_text *text)
{
    return (text->length + 7) / 8;
}

/* A hash that depends on every character and its place: a multiplication and a fold for each word,
 * in the manner of hashes that read whole words (wyhash, by Wang Yi). */
static inline uint64_t vtb_text_hash(const struct vtb_text *text)
{
    uint64_t hash = text->length;
    const size_t words_n = vtb_text_words_n(text);
    for (size_t i = 0; i < words_n; i++) {
        hash = (hash ^ text->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return vtb_mix64(hash);
}

static inline bool vtb_text_same(const struct vtb_text *a, const struct vtb_text *b)
{
    if (a->length != b->length)
        return false;
    const size_t words_n = vtb_text_words_n(a);
    for (size_t i = 0; i < words_n; i++) {
        if (a->words[i] != b->words[i])
            return false;
    }
    return true;
}

static inline char vtb_text_last(const struct vtb_text *text)
{
    return ((const char *)text->words)[text->length - 1];
}

static inline void vtb_text_append(struct vtb_text *text, const char *chars, size_t n)
{
    assert(text->length + n <= VTB_TEXT_MAX);
    for (size_t i = 0; i < n; i++)
        ((char *)text->words)[text->length++] = chars[i];
}

/* Makes a text of a prefix, the number in seven digits or more, and a suffix; together they must
 * not exceed VTB_TEXT_MAX bytes. */
static inline void vtb_text_make(struct vtb_text *text, const char *prefix, uint64_t number,
                                 const char *suffix)
{
    char digits[20];
    size_t digits_n = 0;
    while (number > 0 || digits_n < 7) {
        digits[sizeof digits - ++digits_n] = (char)('0' + number % 10);
        number /= 10;
    }
    memset(text, 0, sizeof *text);
    vtb_text_append(text, prefix, strlen(prefix));
    vtb_text_append(text, digits + sizeof digits - digits_n, digits_n);
    vtb_text_append(text, suffix, strlen(suffix));
}

#endif
