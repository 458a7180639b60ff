/*
 * A key as an object or a table keeps it. Mostly that is the key itself; a workload whose key is a
 * struct with padding in it defines, behind its key and with VTB_HAS_KEPT_KEY, vtb_kept_key,
 * vtb_keep and vtb_kept: passed in registers the key wants to be whole, and in an object without
 * padding, as the fields of a state machine are laid out one by one. (A packed key went through
 * memory in pieces that its loads straddled, which cost every method 24 ns.)
 */
#ifndef VTB_KEPT_KEY_H
#define VTB_KEPT_KEY_H

#if !VTB_HAS_KEPT_KEY
typedef vtb_key vtb_kept_key;

static inline vtb_kept_key vtb_keep(vtb_key key)
{
    return key;
}

static inline vtb_key vtb_kept(vtb_kept_key key)
{
    return key;
}
#endif

#endif
