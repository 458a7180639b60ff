#include "base/shown.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

#define NO_CHARACTER (~0UL)
#define TOLD_BYTES 2001

/* The bytes of the character that a byte of UTF-8 begins; 0: it begins none. */
static size_t bytes_from(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc0 || first >= 0xf8)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Reads the character at the start of a text, and gives its bytes. *character is its number, or
 * NO_CHARACTER for a byte that is no part of one: of UTF-8 each number has one spelling, and some
 * have none. */
static size_t read_character(const char *text, unsigned long *character)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    const size_t n = bytes_from(bytes[0]);
    unsigned long found = n == 1 ? bytes[0] : bytes[0] & (0x7fU >> n);
    *character = NO_CHARACTER;
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xc0) != 0x80) /* as the NUL behind the text is not */
            return 1;
        found = found << 6 | (bytes[i] & 0x3fU);
    }
    if (n == 0 || found < least[n] || found > 0x10ffff || (found >= 0xd800 && found < 0xe000))
        return 1;
    *character = found;
    return n;
}

/* Whether a character can be shown. Those beyond 0x2000 are ends of lines, and turn the direction
 * of the text that follows. */
static bool is_fit(unsigned long c)
{
    return c >= 0x20 && (c < 0x7f || c >= 0xa0) && (c < 0x2028 || c > 0x202e) &&
           (c < 0x2066 || c > 0x2069) && c != NO_CHARACTER;
}

bool vtb_is_shown(const char *text)
{
    unsigned long character;
    for (size_t n; *text; text += n) {
        n = read_character(text, &character);
        if (!is_fit(character))
            return false;
    }
    return true;
}

/* The most bytes that one character is shown as: four for each of its own. */
#define SHOWN_BYTES 17

/* Writes the n bytes of a character as they are shown, and gives how many bytes that takes. */
static size_t show_character(char shown[SHOWN_BYTES], const char *text, size_t n, bool fit)
{
    static const char named[] = "\nn\tt\rr";
    const char *name = strchr(named, *text);
    if (fit)
        return (size_t)snprintf(shown, SHOWN_BYTES, "%.*s", (int)n, text);
    if (*text && name)
        return (size_t)snprintf(shown, SHOWN_BYTES, "\\%c", name[1]);
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(shown + used, SHOWN_BYTES - used, "\\x%02x",
                                 (unsigned)(unsigned char)text[i]);
    return used;
}

void vtb_show(char *shown, size_t bytes_n, const char *text)
{
    char one[SHOWN_BYTES];
    size_t used = 0;
    unsigned long character;
    for (size_t n; *text; text += n) {
        n = read_character(text, &character);
        const size_t one_n = show_character(one, text, n, is_fit(character));
        if (used + one_n >= bytes_n)
            break;
        memcpy(shown + used, one, one_n);
        used += one_n;
    }
    shown[used] = '\0';
}

#define PATH_END_BYTES ((size_t)300)

const char *vtb_path_dots(const char *path)
{
    return strlen(path) > PATH_END_BYTES ? "..." : "";
}

const char *vtb_path_end(const char *path)
{
    const size_t n = strlen(path);
    return n > PATH_END_BYTES ? path + n - PATH_END_BYTES : path;
}

char *vtb_shown_copy(const char *text)
{
    const size_t bytes_n = 4 * strlen(text) + 1;
    char *copy = malloc(bytes_n);
    if (copy)
        vtb_show(copy, bytes_n, text);
    return copy;
}

void vtb_print_shown(FILE *out, const char *lines, size_t n, enum vtb_shown_as as)
{
    char one[SHOWN_BYTES];
    unsigned long character;
    for (size_t i = 0, one_n; i < n; i += one_n) {
        one_n = read_character(lines + i, &character);
        if (as == VTB_SHOWN_JSON && character != '\n' && !is_fit(character))
            fprintf(out, "\\u%04lx", character == NO_CHARACTER ? 0xfffdUL : character);
        else
            fwrite(one, 1,
                   show_character(one, lines + i, one_n, character == '\n' || is_fit(character)),
                   out);
    }
}

/* --- for Markdown --- */

/* Whether Markdown takes text[i] for more than itself. An underscore between two letters or digits
 * is no emphasis, and names are full of those; brackets are a link only before parentheses. */
static bool is_markup(const char *text, size_t i)
{
    if (text[i] == '_')
        return i == 0 || !isalnum((unsigned char)text[i - 1]) ||
               !isalnum((unsigned char)text[i + 1]);
    return strchr("\\`*<&|", text[i]) || (text[i] == ']' && text[i + 1] == '(');
}

char *vtb_markdown_copy(const char *text)
{
    char *copy = vtb_allocate(2 * strlen(text) + 1, 1, "a text in Markdown");
    char *end = copy;
    for (size_t i = 0; text[i]; i++) {
        if (is_markup(text, i))
            *end++ = '\\';
        *end++ = text[i];
    }
    return copy;
}

/* --- for a shell --- */

/* Prints a character between $'...'. Bytes are in octal, whose three digits end by themselves. */
static void print_shell_character(FILE *out, const char *text, size_t n, bool fit)
{
    if (fit && *text != '\'' && *text != '\\') {
        fwrite(text, 1, n, out);
    } else if (fit || *text == '\n' || *text == '\t') {
        fprintf(out, "\\%c", *text == '\n' ? 'n' : *text == '\t' ? 't' : *text);
    } else {
        for (size_t i = 0; i < n; i++)
            fprintf(out, "\\%03o", (unsigned)(unsigned char)text[i]);
    }
}

void vtb_print_shell_word(FILE *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "_@%+=:,./-";
    const bool shown = vtb_is_shown(word);
    unsigned long character;
    if (*word && !word[strspn(word, plain)] && *word != '=') { /* zsh expands =NAME */
        fputs(word, out);
        return;
    }
    fputs(shown ? "'" : "$'", out);
    for (size_t n; *word; word += n) {
        n = read_character(word, &character);
        if (!shown)
            print_shell_character(out, word, n, is_fit(character));
        else if (*word == '\'')
            fputs("'\\''", out);
        else
            fwrite(word, 1, n, out);
    }
    putc('\'', out);
}

/* --- on standard error --- */

void vtb_tell(const char *format, ...)
{
    char text[TOLD_BYTES];
    char shown[4 * TOLD_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    vtb_show(shown, sizeof shown, text);
    fprintf(stderr, "%s\n", shown);
}
