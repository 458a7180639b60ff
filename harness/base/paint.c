#include "base/paint.h"

#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"

/* From a byte of the text on it looks so. */
struct stroke {
    size_t at;
    enum vtb_paint paint;
};

static struct {
    FILE *stream; /* null: nothing is painted */
    struct stroke *strokes;
    size_t n;
} canvas;

/* How the end of the text looks so far. */
static enum vtb_paint last_paint(void)
{
    return canvas.n > 0 ? canvas.strokes[canvas.n - 1].paint : VTB_PAINT_NONE;
}

void vtb_paint(FILE *out, enum vtb_paint paint)
{
    if (out != canvas.stream)
        return;
    const size_t at = (size_t)ftello(out);
    if (canvas.n > 0 && canvas.strokes[canvas.n - 1].at == at)
        canvas.n--; /* it has no text */
    if (paint == last_paint())
        return;
    canvas.strokes = vtb_reallocate(canvas.strokes, canvas.n + 1, sizeof *canvas.strokes,
                                    "the colours of a report");
    canvas.strokes[canvas.n++] = (struct stroke){at, paint};
}

void vtb_paint_word(FILE *out, const char *word, int width, enum vtb_paint paint)
{
    const int own = (int)vtb_characters(word, strlen(word));
    vtb_paint(out, paint);
    fputs(word, out);
    vtb_paint(out, VTB_PAINT_NONE);
    fprintf(out, "%*s", own < width ? width - own : 0, "");
}

void vtb_paint_begin(FILE *out)
{
    canvas.stream = out;
    canvas.n = 0;
}

void vtb_paint_end(FILE *out, const char *text, size_t n)
{
    static const char *const codes[] = {
        [VTB_PAINT_NONE] = "\33[0m", [VTB_PAINT_TITLE] = "\33[1m", [VTB_PAINT_GOOD] = "\33[32m",
        [VTB_PAINT_BAD] = "\33[31m", [VTB_PAINT_DIM] = "\33[2m",
    };
    size_t at = 0;
    for (size_t i = 0; i < canvas.n; i++) {
        const struct stroke *stroke = &canvas.strokes[i];
        vtb_print_shown(out, text + at, stroke->at - at, VTB_SHOWN_TEXT);
        fputs(codes[stroke->paint], out);
        at = stroke->at;
    }
    vtb_print_shown(out, text + at, n - at, VTB_SHOWN_TEXT);
    free(canvas.strokes);
    canvas.strokes = NULL;
    canvas.stream = NULL;
    canvas.n = 0;
}
