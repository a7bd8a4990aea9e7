/* SPDX-License-Identifier: Apache-2.0 */

/* A page over many lists: one statement finds the first key of each, then goes on in the list whose is the least. */

#include "orders.h"

typedef struct
{
  gint64 key, created_ms;
  guint8 id[ID_BYTES];
  char user[32];
} Place;

typedef struct
{
  guint list;
  int done;
  guint taken, n, next; /* of the walk; of what was read ahead */
  Place ahead[8];
} Run;

static gboolean
before (const Place *a, const Place *b)
{
  if (a->key != b->key)
    return a->key < b->key;
  if (a->created_ms != b->created_ms)
    return a->created_ms > b->created_ms;
  return memcmp (a->id, b->id, ID_BYTES) > 0;
}

/* The walk from its start: what was taken already is skipped, which costs less than a second kind of statement. */
static void
read_ahead (sqlite3_stmt *walk, Run *run, guint most)
{
  guint8 list[ID_BYTES];
  guint at = 0;

  orders_list_id (run->list, list);
  sqlite3_bind_blob (walk, 1, list, ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_int (walk, 2, run->done);
  run->n = run->next = 0;
  while (run->n < most && orders_step (walk))
    if (at++ >= run->taken)
      {
        Place *place = &run->ahead[run->n++];

        place->key = sqlite3_column_int64 (walk, 0);
        place->created_ms = sqlite3_column_int64 (walk, 1);
        memcpy (place->id, sqlite3_column_blob (walk, 2), ID_BYTES);
        g_strlcpy (place->user, (const char *) sqlite3_column_text (walk, 3), sizeof place->user);
      }
  sqlite3_reset (walk);
}

static void
sift (Run **heap, guint n, guint at)
{
  for (;;)
    {
      guint child = 2 * at + 1;
      Run *kept = heap[at];

      if (child + 1 < n
          && before (&heap[child + 1]->ahead[heap[child + 1]->next], &heap[child]->ahead[heap[child]->next]))
        child++;
      if (child >= n || !before (&heap[child]->ahead[heap[child]->next], &kept->ahead[kept->next]))
        return;
      heap[at] = heap[child];
      heap[child] = kept;
      at = child;
    }
}

guint
orders_merged_page (sqlite3_stmt *walk, sqlite3_stmt *row, guint lists, int n_done, gint64 *sum)
{
  g_autofree Run *runs = g_new (Run, 2 * lists);
  g_autofree Run **heap = g_new (Run *, 2 * lists);
  guint n = 0, rows = 0;

  for (guint i = 0; i < lists; i++)
    for (int done = 0; done < n_done; done++)
      {
        Run *run = &runs[2 * i + (guint) done];

        *run = (Run) { .list = i, .done = done };
        read_ahead (walk, run, 1);
        if (run->n > 0)
          heap[n++] = run;
      }
  for (guint i = n; i-- > 0;)
    sift (heap, n, i);
  while (n > 0 && rows < ORDERS_PAGE)
    {
      Run *least = heap[0];
      const Place *place = &least->ahead[least->next];

      sqlite3_bind_text (row, 1, place->user, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (row, 2, place->created_ms);
      sqlite3_bind_blob (row, 3, place->id, ID_BYTES, SQLITE_STATIC);
      rows += orders_ask (row, sum);
      least->taken++;
      if (++least->next == least->n)
        read_ahead (walk, least, G_N_ELEMENTS (least->ahead));
      if (least->n == 0)
        heap[0] = heap[--n];
      sift (heap, n, 0);
    }
  return rows;
}
