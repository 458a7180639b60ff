/*
 * What a store outside of the program is told, and how it answers: the bytes of a key and of its
 * value, and a fault. A value that such a store returned is held against these bytes, outside of
 * the cell; then the operation is answered from the table, which has the same. Nothing here is
 * measured, but for the thread that asks.
 *
 * Part of the template, of cells of such a kind alone: before it stands miss.h.
 */

/* Text keys are kept by their characters; other keys as an object keeps them, which has no padding.
 */
static void vtb_stored_key(vtb_key key, struct vtb_stored *stored)
{
#ifdef VTB_KEY_IS_TEXT
    stored->key = key->words;
    stored->key_n = key->length;
#else
    const vtb_kept_key kept = vtb_keep(key);
    char *place = (char *)stored->memory + VTB_ROUND_UP_8(sizeof(vtb_value));
    memcpy(place, &kept, sizeof kept);
    stored->key = place;
    stored->key_n = sizeof kept;
#endif
}

static void VTB_CELL_SYMBOL(stored_of)(const struct vtb_table *table, vtb_key key,
                                       struct vtb_stored *stored)
{
    vtb_value *value = (vtb_value *)stored->memory;
    memset((void *)value, 0, sizeof *value); /* padding is the same for all */
    stored->fails = !vtb_fetch(table, key, value);
#if VTB_VALUE_REFERS
    stored->value = *value;
    stored->value_n = sizeof **value;
#else
    stored->value = value;
    stored->value_n = sizeof *value;
#endif
    vtb_stored_key(key, stored);
}

static void VTB_CELL_SYMBOL(stored)(const struct vtb_table *table, uint32_t id,
                                    struct vtb_stored *stored)
{
    VTB_CELL_SYMBOL(stored_of)(table, vtb_key_of(table, id), stored);
}

static void VTB_CELL_SYMBOL(asked)(const struct vtb_table *table, const void *frame,
                                   struct vtb_stored *stored)
{
    void *pending = ((const struct vtb_frame *)frame)->pending;
    VTB_CELL_SYMBOL(stored_of)(table, vtb_asked(pending), stored);
}

static void VTB_CELL_SYMBOL(fail)(struct vtb_service *service, void *frame)
{
    struct vtb_answer answer;
    memset((void *)&answer, 0, sizeof answer);
    answer.fault = VTB_FAULT_STORE;
    VTB_PASS_ANSWER(service, ((struct vtb_frame *)frame)->pending, &answer);
}
