/* SPDX-License-Identifier: Apache-2.0 */

/* Where that lies which is in lists of others. It is looked up, on threads that may wait, once it is known not to lie
 * with whoever asks. Nothing about it is remembered. */

#pragma once

#include "tw-task-move.h"
#include "tw-task-writes.h"

G_BEGIN_DECLS

/* Looks at @store until it is stopped. */
TwTaskPlaces *tw_task_places_new (TwTaskStore *store);

/* Finishes what it was to run, and runs nothing more: @store may still end writes that would go on looking. */
void tw_task_places_stop (TwTaskPlaces *places);
void tw_task_places_free (TwTaskPlaces *places);

/* Has @func run on a thread that may wait. UNAVAILABLE where too much waits for that, and once it is stopped.
 * Thread-safe. */
gboolean tw_task_places_run (TwTaskPlaces *places, void (*func) (gpointer data), gpointer data, GError **error);

/* These block. */

/* The task @id where @user_id sees it, to be freed with g_free(); else NULL with NOT_FOUND. */
TwTaskRecord *tw_task_places_find_task (TwTaskPlaces *places, gint64 deadline_ms, const char *user_id, const char *id,
                                        GError **error);

typedef struct
{
  char *partition;   /* with whom all lies that the user sees of it: themselves, where they see nothing */
  TwTaskMove *move;  /* of one task: where it is to lie then; NULL: there */
  gboolean is_there; /* the user sees there each task that it is about */
} TwTaskPlace;

void tw_task_place_clear (TwTaskPlace *place);

/* Where the operations are to be done. INVALID where that is more than one place, unless @may_move. */
gboolean tw_task_places_find_place (TwTaskPlaces *places, gint64 deadline_ms, const char *user_id,
                                    const TwTaskOperation *operations, guint n, gboolean may_move, TwTaskPlace *place,
                                    GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwTaskPlace, tw_task_place_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskPlaces, tw_task_places_free)

G_END_DECLS
