/*
 * The form in which an object or a table keeps a key. Mostly that is the key itself. A workload
 * whose key is a struct with padding defines VTB_HAS_KEPT_KEY and, behind its key, vtb_kept_key,
 * vtb_keep and vtb_kept. Such a key is passed in registers with its padding, but kept without it,
 * as the fields of a state machine are laid out one by one. (A packed struct would not do for both:
 * its parts would be stored to memory one by one, and loaded across their borders, which is slow.)
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
