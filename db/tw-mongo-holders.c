/* SPDX-License-Identifier: Apache-2.0 */

/* Collection taskwire, beside the data:
 *
 *     { _id: random, data, holder, host, pid, seen: date }        a service, which renews `seen` every few seconds
 *     { _id: "copy-" data, by: random, holder, host, pid, seen }  the data is unfinished, from the beginning of a copy
 *                                                                 until its end, also where it was broken off
 *
 * A service enters itself and then looks for a copy; a copy enters itself and then looks for services. So of two that
 * come at the same time at least one sees the other, and gives way. All times are the server's own: machines need not
 * agree on theirs. */

#include "tw-mongo-holders.h"

#include "tw-random.h"

#include <unistd.h>

#define COLLECTION "taskwire"
#define STALE_MS 15000 /* a service that has not been seen for so long is dead: three times its renewal failed */

struct _TwMongoHolders
{
  const char *data;
  const char *program;
  TwMongoRole role;
  char *id;   /* ours, among all processes */
  char *mark; /* _id of the unfinished copy */
  gboolean entered;
};

static char *
mark_of (const char *data)
{
  return g_strdup_printf ("copy-%s", data);
}

TwMongoHolders *
tw_mongo_holders_new (const char *data, TwMongoRole role, const char *program)
{
  TwMongoHolders *holders = g_new0 (TwMongoHolders, 1);
  guint8 random[12];

  tw_random_bytes (random, sizeof random);
  holders->data = data;
  holders->role = role;
  holders->program = program;
  holders->id = tw_base64url_encode (random, sizeof random);
  holders->mark = mark_of (data);
  return holders;
}

void
tw_mongo_holders_free (TwMongoHolders *holders)
{
  g_free (holders->id);
  g_free (holders->mark);
  g_free (holders);
}

/* Enters us under @id, or renews when we were seen. */
static gboolean
write_entry (const TwMongoHolders *holders, TwMongoSession *session, const char *id, const char *key,
             const char *key_value)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (id));
  g_autoptr (TwBson) upsert = BCON_NEW ("upsert", BCON_BOOL (true));
  g_autoptr (TwBson) update = BCON_NEW (
    "$set", "{", "holder", BCON_UTF8 (holders->program), "host", BCON_UTF8 (g_get_host_name ()), "pid",
    BCON_INT32 (getpid ()), "}", "$setOnInsert", "{", key, BCON_UTF8 (key_value), "}", "$currentDate", "{", "seen",
    BCON_BOOL (true), "}");
  gint64 n;

  return tw_mongo_update (session, COLLECTION, filter, update, upsert, &n, NULL);
}

static gboolean
find_entry (TwMongoSession *session, const char *id, bson_t **found)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (id));

  return tw_mongo_find_one (session, COLLECTION, filter, NULL, found, NULL);
}

static const char *
text_in (const bson_t *entry, const char *key)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, entry, key) && BSON_ITER_HOLDS_UTF8 (&iter) ? bson_iter_utf8 (&iter, NULL) : "?";
}

static gint64
number_in (const bson_t *entry, const char *key)
{
  bson_iter_t iter;

  if (!bson_iter_init_find (&iter, entry, key))
    return 0;
  return BSON_ITER_HOLDS_DATE_TIME (&iter) ? bson_iter_date_time (&iter) : bson_iter_as_int64 (&iter);
}

/* TW_MONGO_HELD where no copy is under way, or was broken off. */
static TwMongoHold
look_for_copy (const TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  g_autoptr (TwBson) copy = NULL;

  if (!find_entry (session, holders->mark, &copy))
    return TW_MONGO_NOT_HELD;
  if (copy == NULL)
    return TW_MONGO_HELD;
  *why = g_strdup_printf ("an unfinished copy into it: %s on %s, process %" G_GINT64_FORMAT, text_in (copy, "holder"),
                          text_in (copy, "host"), number_in (copy, "pid"));
  return TW_MONGO_HELD_OFF;
}

static TwMongoHold
enter_service (TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  TwMongoHold hold = holders->entered ? TW_MONGO_HELD : look_for_copy (holders, session, why);

  if (hold != TW_MONGO_HELD)
    return hold;
  if (!write_entry (holders, session, holders->id, "data", holders->data))
    return TW_MONGO_NOT_HELD;
  holders->entered = TRUE;
  hold = look_for_copy (holders, session, why);
  if (hold == TW_MONGO_HELD_OFF)
    tw_mongo_holders_leave (holders, session);
  return hold;
}

/* TW_MONGO_HELD where no service was seen shortly before @now_ms. */
static TwMongoHold
look_for_services (const TwMongoHolders *holders, TwMongoSession *session, gint64 now_ms, char **why)
{
  g_autoptr (TwBson) filter = BCON_NEW ("data", BCON_UTF8 (holders->data), "seen", "{", "$gt",
                                        BCON_DATE_TIME (now_ms - STALE_MS), "}");
  g_autoptr (TwBson) service = NULL;

  if (!tw_mongo_find_one (session, COLLECTION, filter, NULL, &service, NULL))
    return TW_MONGO_NOT_HELD;
  if (service == NULL)
    return TW_MONGO_HELD;
  *why = g_strdup_printf ("%s on %s, process %" G_GINT64_FORMAT ", holds the %s: it was there %" G_GINT64_FORMAT
                          " s ago (stop it; one that was killed is forgotten after %d s)",
                          text_in (service, "holder"), text_in (service, "host"), number_in (service, "pid"),
                          holders->data, MAX (0, now_ms - number_in (service, "seen")) / 1000, STALE_MS / 1000);
  return TW_MONGO_TAKEN;
}

static TwMongoHold
enter_copy (TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  g_autoptr (TwBson) mark = NULL;
  TwMongoHold hold;

  if (holders->entered)
    return TW_MONGO_HELD;
  if (!write_entry (holders, session, holders->mark, "by", holders->id)
      || !find_entry (session, holders->mark, &mark) || mark == NULL)
    return TW_MONGO_NOT_HELD;
  hold = look_for_services (holders, session, number_in (mark, "seen"), why);
  if (hold == TW_MONGO_TAKEN)
    tw_mongo_holders_leave (holders, session);
  holders->entered = hold == TW_MONGO_HELD;
  return hold;
}

TwMongoHold
tw_mongo_holders_enter (TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  switch (holders->role)
    {
    case TW_MONGO_SERVE:
      return enter_service (holders, session, why);
    case TW_MONGO_FILL:
      return enter_copy (holders, session, why);
    case TW_MONGO_READ:
    default:
      return TW_MONGO_HELD;
    }
}

/* A service takes its entry out. A copy takes its mark out only where it has not begun, and where no earlier one was
 * broken off, which made the mark. */
void
tw_mongo_holders_leave (TwMongoHolders *holders, TwMongoSession *session)
{
  g_autoptr (TwBson) filter = NULL;

  if (holders->role == TW_MONGO_SERVE && holders->entered)
    filter = BCON_NEW ("_id", BCON_UTF8 (holders->id));
  else if (holders->role == TW_MONGO_FILL && !holders->entered)
    filter = BCON_NEW ("_id", BCON_UTF8 (holders->mark), "by", BCON_UTF8 (holders->id));
  if (filter != NULL && tw_mongo_delete (session, COLLECTION, filter, NULL, NULL))
    holders->entered = FALSE;
}

gboolean
tw_mongo_holders_finish (const TwMongoHolders *holders, TwMongoSession *session, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (holders->mark));

  return tw_mongo_delete (session, COLLECTION, filter, NULL, error);
}

gboolean
tw_mongo_holders_unfinished (TwMongoSession *session, const char *data, gboolean *unfinished, GError **error)
{
  g_autofree char *mark = mark_of (data);
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (mark));
  g_autoptr (TwBson) found = NULL;

  if (!tw_mongo_find_one (session, COLLECTION, filter, NULL, &found, error))
    return FALSE;
  *unfinished = found != NULL;
  return TRUE;
}
