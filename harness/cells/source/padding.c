/*
 * What stands before the code of a cell of a build that is compared with another one, so that its
 * place in a page differs from session to session: VTB_PADDING lines of a cache, one or
 * more.
 */
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

__asm__(
    ".text\n"
    ".balign 64\n"
    ".skip 64 * " TEXT(VTB_PADDING) ", 0xcc\n");

typedef int vtb_padding; /* a translation unit of C must declare something */
