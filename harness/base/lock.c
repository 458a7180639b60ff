#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/shown.h"

int vtb_lock(const char *path, const char *does, struct vtb_error *error)
{
    const int lock = open(path, O_RDWR | O_CREAT, 0666);
    if (lock < 0) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "'%.700s' cannot be made: %s", path,
                      strerror(errno));
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        vtb_tell("waiting for another process that %s", does);
        while (flock(lock, LOCK_EX) != 0 && errno == EINTR)
            ;
    }
    return lock;
}
