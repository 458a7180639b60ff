/* What a word of the command line names: a folder of a build, or a revision of the repository. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/builds.h"
#include "report/script.h"

/* Takes over a folder, if it is one of a build. */
static bool take_folder(struct vtb_build *build, const char *folder, const char *label,
                        struct vtb_error *error)
{
    struct vtb_home home;
    if (!vtb_home_of_build(&home, folder, error))
        return false;
    snprintf(build->folder, sizeof build->folder, "%s", home.build);
    snprintf(build->label, sizeof build->label, "%s", label);
    return true;
}

/* Takes what the script printed: the folder, and the commit below it. */
static bool take_revision(struct vtb_build *build, const char *word, char *printed,
                          struct vtb_error *error)
{
    char label[sizeof build->label];
    char *commit = strchr(printed, '\n');
    if (!commit)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "'%.200s' has no folder of a build", word);
    *commit++ = '\0';
    commit[strcspn(commit, "\n")] = '\0';
    snprintf(label, sizeof label, "revision %.100s (%.12s)", word, commit);
    return take_folder(build, printed, label, error);
}

#define PRINTED_BYTES (PATH_MAX + 128)

/* Runs a script of the shell on one word, and gives what it prints. */
static bool run_script(const char *name, const char *fails_as, const char *word,
                       char printed[PRINTED_BYTES], struct vtb_error *error)
{
    const int output = memfd_create("printed", MFD_CLOEXEC);
    const struct vtb_script script = {
        .option = word,
        .name = name,
        .fails_as = fails_as,
        .package = "dash",
        .program = "sh",
        .arguments = {word},
        .usage = VTB_EXIT_USAGE,
        .output = output,
    };
    if (output < 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the name of a build: %s",
                        strerror(errno));
    const bool ok = vtb_script_run(&script, error);
    const ssize_t n = ok ? pread(output, printed, PRINTED_BYTES - 1, 0) : 0;
    (void)close(output);
    printed[n > 0 ? n : 0] = '\0';
    return ok;
}

static bool put_aside(struct vtb_build *build, const char *word, struct vtb_error *error)
{
    char printed[PRINTED_BYTES];
    return run_script(
               "build-of-revision.sh",
               "has put nothing aside; accepted: a folder of a build, or a revision of git's", word,
               printed, error) &&
           take_revision(build, word, printed, error);
}

bool vtb_build_program(const struct vtb_build *build, char program[PATH_MAX],
                       struct vtb_error *error)
{
    char printed[PRINTED_BYTES];
    if (!run_script("program-of-build.sh", "has no program to measure it by", build->folder,
                    printed, error))
        return false;
    (void)snprintf(program, PATH_MAX, "%.*s", (int)strcspn(printed, "\n"), printed);
    return true;
}

bool vtb_build_find(struct vtb_build *build, const char *word, struct vtb_error *error)
{
    struct stat status;
    if (stat(word, &status) == 0 && S_ISDIR(status.st_mode))
        return take_folder(build, word, word, error);
    return put_aside(build, word, error);
}

bool vtb_build_own(struct vtb_build *build, struct vtb_error *error)
{
    const struct vtb_home *home = vtb_home(error);
    return home && take_folder(build, home->build, "this build", error);
}
