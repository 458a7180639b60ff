#include "plan/event_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <perfmon/pfmlib_perf_event.h>

#include "base/names.h"
#include "base/prose.h"

/* --- what libpfm4 knows --- */

/* The program's and the kernel's part of a count, which are both counted unless a modifier says
 * otherwise. */
#define PRIVILEGES (PFM_PLM0 | PFM_PLM3)

static bool start(struct vtb_error *error)
{
    const int code = pfm_initialize();
    return code == PFM_SUCCESS ||
           vtb_fail(error, VTB_EXIT_USAGE, "libpfm4 knows no event of this machine: %s",
                    pfm_strerror(code));
}

static bool is_of_machine(int index)
{
    pfm_event_info_t event = {.size = sizeof event};
    pfm_pmu_info_t pmu = {.size = sizeof pmu};
    return pfm_get_event_info(index, PFM_OS_PERF_EVENT, &event) == PFM_SUCCESS &&
           pfm_get_pmu_info(event.pmu, &pmu) == PFM_SUCCESS && pmu.type == PFM_PMU_TYPE_UNCORE;
}

/* Fills in the attributes that the kernel needs to count an event; returns libpfm4's code. */
static int encode(const char *name, struct vtb_event *event)
{
    pfm_perf_encode_arg_t argument = {.attr = &event->attr, .size = sizeof argument};
    event->attr = (struct perf_event_attr){.size = sizeof event->attr};
    const int code = pfm_get_os_event_encoding(name, PRIVILEGES, PFM_OS_PERF_EVENT, &argument);
    event->of_machine = code == PFM_SUCCESS && is_of_machine(argument.idx);
    return code;
}

/* Makes a text lower-case, as people write events; libpfm4 takes both. */
static void lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* The unit masks that an event has, "a, b, c". */
static void list_masks(const pfm_event_info_t *info, char *masks, size_t masks_bytes)
{
    *masks = '\0';
    for (int i = 0; i < info->nattrs; i++) {
        pfm_event_attr_info_t mask = {.size = sizeof mask};
        if (pfm_get_event_attr_info(info->idx, i, PFM_OS_PERF_EVENT, &mask) == PFM_SUCCESS &&
            mask.type == PFM_ATTR_UMASK)
            vtb_append_item(masks, masks_bytes, "%s", mask.name);
    }
    lower(masks);
}

/* Encodes an event of a PMU under its short name, or the full one if the short one is another's. */
static int encode_listed(const char *pmu, const char *name, struct vtb_event *event)
{
    char full[VTB_EVENT_NAME_BYTES];
    struct vtb_event other;
    snprintf(full, sizeof full, "%s::%s", pmu, name);
    const int code = encode(full, event);
    const bool same =
        encode(name, &other) == code && memcmp(&other.attr, &event->attr, sizeof event->attr) == 0;
    snprintf(event->name, sizeof event->name, "%s", same ? name : full);
    lower(event->name);
    return code;
}

typedef void visit_function(const struct vtb_event_name *name, void *context);

static void visit_event(const pfm_pmu_info_t *pmu, const pfm_event_info_t *info,
                        visit_function *visit, void *context)
{
    char masks[1024];
    struct vtb_event event = {.group = 0};
    list_masks(info, masks, sizeof masks);
    const int code = encode_listed(pmu->name, info->name, &event);
    if (code != PFM_SUCCESS)
        snprintf(event.reason, sizeof event.reason, "%s", pfm_strerror(code));
    visit(
        &(struct vtb_event_name){
            .description = info->desc, .pmu = pmu->name, .masks = masks, .event = &event},
        context);
}

/* Whether a name of an event is listed: of the kernel's own events the short name, which users
 * know, and not the one of the kernel's header; of a processor's events no second name of the same
 * event. */
static bool is_shown(const pfm_pmu_info_t *pmu, const pfm_event_info_t *info)
{
    return pmu->pmu == PFM_PMU_PERF_EVENT ? strncmp(info->name, "PERF_COUNT_", 11) != 0
                                          : info->equiv == NULL;
}

static void visit_all(visit_function *visit, void *context)
{
    for (int i = PFM_PMU_NONE; i < PFM_PMU_MAX; i++) {
        pfm_pmu_info_t pmu = {.size = sizeof pmu};
        if (pfm_get_pmu_info((pfm_pmu_t)i, &pmu) != PFM_SUCCESS || !pmu.is_present)
            continue;
        for (int at = pmu.first_event; at != -1; at = pfm_get_event_next(at)) {
            pfm_event_info_t info = {.size = sizeof info};
            if (pfm_get_event_info(at, PFM_OS_PERF_EVENT, &info) == PFM_SUCCESS &&
                is_shown(&pmu, &info))
                visit_event(&pmu, &info, visit, context);
        }
    }
}

bool vtb_event_names_each(visit_function *visit, void *context, struct vtb_error *error)
{
    if (!start(error))
        return false;
    visit_all(visit, context);
    pfm_terminate();
    return true;
}

/* --- a name that libpfm4 does not take --- */

/* A search for the known name that is nearest to a misspelt one. There are too many names to
 * compare at once, so they are compared a part at a time. */
struct search {
    char misspelt[VTB_EVENT_NAME_BYTES];
    char found[VTB_NAMES_MAX][VTB_EVENT_NAME_BYTES];
    size_t n;
};

/* Replaces the names that were gathered by the nearest of them, which makes room for more. */
static void narrow(struct search *search)
{
    struct vtb_names names = {.n = 0};
    char nearest[VTB_EVENT_NAME_BYTES];
    for (size_t i = 0; i < search->n; i++)
        names.items[names.n++] = search->found[i];
    vtb_names_nearest(&names, NULL, search->misspelt, nearest, sizeof nearest);
    nearest[strcspn(nearest, ",")] = '\0';
    snprintf(search->found[0], sizeof search->found[0], "%s", nearest);
    search->n = 1;
}

static void consider(const struct vtb_event_name *name, void *context)
{
    struct search *search = context;
    if (search->n == VTB_NAMES_MAX)
        narrow(search);
    snprintf(search->found[search->n++], VTB_EVENT_NAME_BYTES, "%s", name->event->name);
}

/* Bytes of the event's own name in PMU::NAME:ATTRIBUTES, and of what is before it. */
static size_t event_bytes(const char *name, size_t *pmu_bytes)
{
    const char *colons = strstr(name, "::");
    *pmu_bytes = colons ? (size_t)(colons - name) + 2 : 0;
    return strcspn(name + *pmu_bytes, ":");
}

static const pfm_pmu_info_t *find_pmu(const char *name, size_t name_bytes, pfm_pmu_info_t *pmu)
{
    for (int i = PFM_PMU_NONE; i < PFM_PMU_MAX; i++) {
        *pmu = (pfm_pmu_info_t){.size = sizeof *pmu};
        if (pfm_get_pmu_info((pfm_pmu_t)i, pmu) == PFM_SUCCESS && strlen(pmu->name) == name_bytes &&
            strncmp(pmu->name, name, name_bytes) == 0)
            return pmu;
    }
    return NULL;
}

static bool fail_unknown(const char *name, int code, struct vtb_error *error)
{
    struct search search = {.n = 0};
    size_t pmu_bytes;
    const size_t bytes = event_bytes(name, &pmu_bytes);
    if (pmu_bytes > 2) {
        pfm_pmu_info_t pmu;
        const int shown = (int)pmu_bytes - 2;
        const bool known = find_pmu(name, pmu_bytes - 2, &pmu) != NULL;
        if (!known || !pmu.is_present)
            return vtb_fail(error, VTB_EXIT_USAGE, "'%s': %s: libpfm4 %s '%.*s'", name,
                            pfm_strerror(code), known ? "finds on this machine no" : "knows no",
                            shown, name);
    }
    snprintf(search.misspelt, sizeof search.misspelt, "%.*s", (int)bytes, name + pmu_bytes);
    lower(search.misspelt);
    visit_all(consider, &search);
    narrow(&search);
    return vtb_fail(error, VTB_EXIT_USAGE, "'%s': %s; the nearest that is known: %s", name,
                    pfm_strerror(code), search.found[0]);
}

/* Lists what may follow the name of a known event, nearest to the misspelt word first. */
static void list_attributes(const pfm_event_info_t *info, const char *misspelt, char *text,
                            size_t text_bytes)
{
    char found[VTB_NAMES_MAX][VTB_EVENT_NAME_BYTES];
    char meant[VTB_EVENT_NAME_BYTES];
    struct vtb_names known = {.n = 0};
    snprintf(meant, sizeof meant, "%s", misspelt);
    lower(meant);
    for (int i = 0; i < info->nattrs && known.n < VTB_NAMES_MAX; i++) {
        pfm_event_attr_info_t attribute = {.size = sizeof attribute};
        if (pfm_get_event_attr_info(info->idx, i, PFM_OS_PERF_EVENT, &attribute) != PFM_SUCCESS)
            continue;
        snprintf(found[known.n], sizeof found[known.n], "%s", attribute.name);
        lower(found[known.n]);
        (void)vtb_names_add(&known, found[known.n]);
    }
    vtb_names_nearest(&known, NULL, meant, text, text_bytes);
}

static bool fail_attribute(const char *name, int code, struct vtb_error *error)
{
    char own[VTB_EVENT_NAME_BYTES];
    char text[512];
    size_t pmu_bytes;
    size_t bytes = event_bytes(name, &pmu_bytes);
    bytes += pmu_bytes;
    snprintf(own, sizeof own, "%.*s", (int)bytes, name);
    pfm_event_info_t info = {.size = sizeof info};
    const int index = pfm_find_event(own);
    if (index < 0 || pfm_get_event_info(index, PFM_OS_PERF_EVENT, &info) != PFM_SUCCESS)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%s': %s", name, pfm_strerror(code));
    list_attributes(&info, name[bytes] ? name + bytes + 1 : "", text, sizeof text);
    return vtb_fail(error, VTB_EXIT_USAGE, "'%s': %s; %s takes, nearest first: %s", name,
                    pfm_strerror(code), own, text);
}

/* --- parsing --- */

/* Finds an event that was asked for under another spelling: it would be two columns of the same
 * figure. */
static const struct vtb_event *find_same(const struct vtb_events *events,
                                         const struct vtb_event *event)
{
    for (size_t i = 0; i < events->n; i++) {
        if (memcmp(&events->items[i].attr, &event->attr, sizeof event->attr) == 0)
            return &events->items[i];
    }
    return NULL;
}

static bool add(struct vtb_events *events, const char *name, size_t name_bytes, unsigned group,
                struct vtb_error *error)
{
    if (name_bytes == 0)
        return vtb_fail(error, VTB_EXIT_USAGE, "an empty name");
    if (events->n == VTB_EVENTS_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE, "more than %d events", VTB_EVENTS_MAX);
    struct vtb_event *event = &events->items[events->n];
    *event = (struct vtb_event){.group = group};
    if (name_bytes >= sizeof event->name)
        return vtb_fail(error, VTB_EXIT_USAGE, "a name of more than %zu characters",
                        sizeof event->name - 1);
    memcpy(event->name, name, name_bytes);
    const int code = encode(event->name, event);
    if (code == PFM_ERR_NOTFOUND || code == PFM_ERR_INVAL)
        return fail_unknown(event->name, code, error);
    if (code != PFM_SUCCESS)
        return fail_attribute(event->name, code, error);
    const struct vtb_event *same = find_same(events, event);
    if (same)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%s' and '%s' are the same event", same->name,
                        event->name);
    events->n++;
    return true;
}

static bool fail_braces(const char *reason, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "%s", reason);
}

#define NESTED "a '{' in braces"
#define UNOPENED "a '}' without a '{'"
#define UNCLOSED "a '{' without a '}'"

/* Checks that a comma or the end follows a name or a group. */
static bool check_follows(const char *at, bool in_braces, struct vtb_error *error)
{
    if (*at == '{')
        return fail_braces(in_braces ? NESTED : "no comma before a '{'", error);
    if (*at == '}')
        return fail_braces(UNOPENED, error);
    if (*at == '\0' && in_braces)
        return fail_braces(UNCLOSED, error);
    return *at == '\0' || *at == ',' || fail_braces("no comma behind a '}'", error);
}

static bool parse(const char *at, struct vtb_events *events, struct vtb_error *error)
{
    bool in_braces = false;
    for (unsigned group = 0;;) {
        if (*at == '{') {
            if (in_braces)
                return fail_braces(NESTED, error);
            in_braces = true;
            at++;
        }
        const size_t name_bytes = strcspn(at, ",{}");
        if (name_bytes == 0 && *at == (in_braces ? '{' : '}'))
            return fail_braces(in_braces ? NESTED : UNOPENED, error);
        if (!add(events, at, name_bytes, group, error))
            return false;
        at += name_bytes;
        if (*at == '}' && in_braces) {
            in_braces = false;
            at++;
        }
        if (!check_follows(at, in_braces, error))
            return false;
        if (*at++ == '\0')
            return true;
        group += !in_braces;
    }
}

bool vtb_events_parse(const char *text, struct vtb_events *events, struct vtb_error *error)
{
    *events = (struct vtb_events){.n = 0};
    if (!start(error))
        return false;
    const bool ok = parse(text, events, error);
    pfm_terminate();
    return ok;
}
