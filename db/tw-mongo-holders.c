/* SPDX-License-Identifier: Apache-2.0 */

/* Collection taskwire, beside the data:
 *
 *     { _id: random, data, holder, host, pid, seen: date }        a service, which renews `seen` every few seconds
 *     { _id: random, copying: data, holder, host, pid, seen }     a copy that is under way, which does the same
 *     { _id: "copy-" data, by: random, holder, host, pid, seen }  the data is unfinished, from the beginning of a copy
 *                                                                 until its end, also where it was broken off
 *
 * A service enters itself and then looks for an unfinished copy; a copy enters itself and looks for other copies, then
 * marks the data and looks for services. So of two that come at the same time at least one sees the other, and gives
 * way. All times are the server's own: machines need not agree on theirs. */

#include "tw-mongo-holders.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-random.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define COLLECTION "taskwire"
#define TAKEN_OVER "another copy into it has taken over from this one"
#define STALE_MS 15000 /* who has not been seen for so long is dead: three times the renewal failed */
#define FORGET_MS 3600000 /* … and after so long its entry goes */

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

/* Deletes what services have left that were killed long ago. It is there to be read by people: not needed to go on. */
static void
forget_the_dead (const TwMongoHolders *holders, TwMongoSession *session)
{
  g_autoptr (TwBson) own = NULL;
  g_autoptr (TwBson) dead = NULL;

  if (!find_entry (session, holders->id, &own) || own == NULL)
    return;
  dead = BCON_NEW ("data", BCON_UTF8 (holders->data), "seen", "{", "$lt",
                   BCON_DATE_TIME (number_in (own, "seen") - FORGET_MS), "}");
  tw_mongo_delete (session, COLLECTION, dead, NULL, NULL);
}

static TwMongoHold
enter_service (TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  TwMongoHold hold = holders->entered ? TW_MONGO_HELD : look_for_copy (holders, session, why);

  if (hold != TW_MONGO_HELD)
    return hold;
  if (!write_entry (holders, session, holders->id, "data", holders->data))
    return TW_MONGO_NOT_HELD;
  if (!holders->entered)
    forget_the_dead (holders, session);
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

/* Whether it was a process of this machine, which has ended without leaving. */
static gboolean
has_ended (const bson_t *entry)
{
  gint64 pid = number_in (entry, "pid");

  return g_str_equal (text_in (entry, "host"), g_get_host_name ()) && pid > 0 && kill ((pid_t) pid, 0) != 0
         && errno == ESRCH;
}

static gboolean
keep_living (const bson_t *entry, gpointer user_data)
{
  bson_t **living = user_data;

  if (has_ended (entry))
    return TRUE;
  *living = bson_copy (entry);
  return FALSE;
}

/* { copying: our data, _id: not ours } */
static bson_t *
other_copies (const TwMongoHolders *holders)
{
  return BCON_NEW ("copying", BCON_UTF8 (holders->data), "_id", "{", "$ne", BCON_UTF8 (holders->id), "}");
}

/* TW_MONGO_HELD where no other copy was under way shortly before @now_ms; what dead ones have left is deleted then. */
static TwMongoHold
look_for_copies (const TwMongoHolders *holders, TwMongoSession *session, gint64 now_ms, char **why)
{
  g_autoptr (TwBson) others = other_copies (holders);
  g_autoptr (TwBson) fresh = bson_copy (others);
  g_autoptr (TwBson) copy = NULL;

  BCON_APPEND (fresh, "seen", "{", "$gt", BCON_DATE_TIME (now_ms - STALE_MS), "}");
  if (!tw_mongo_find (session, COLLECTION, fresh, NULL, keep_living, &copy, NULL))
    return TW_MONGO_NOT_HELD;
  if (copy == NULL)
    return tw_mongo_delete (session, COLLECTION, others, NULL, NULL) ? TW_MONGO_HELD : TW_MONGO_NOT_HELD;
  *why = g_strdup_printf ("another copy into it is under way: %s on %s, process %" G_GINT64_FORMAT
                          ", was there %" G_GINT64_FORMAT " s ago (one that was lost is forgotten after %d s)",
                          text_in (copy, "holder"), text_in (copy, "host"), number_in (copy, "pid"),
                          MAX (0, now_ms - number_in (copy, "seen")) / 1000, STALE_MS / 1000);
  return TW_MONGO_TAKEN;
}

/* Says that we are still there; TW_MONGO_HELD_OFF where another copy has taken us for dead. */
static TwMongoHold
renew_copy (const TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (holders->id));
  g_autoptr (TwBson) update = BCON_NEW ("$currentDate", "{", "seen", BCON_BOOL (true), "}");
  gint64 n;

  if (!tw_mongo_update (session, COLLECTION, filter, update, NULL, &n, NULL))
    return TW_MONGO_NOT_HELD;
  if (n > 0)
    return TW_MONGO_HELD;
  *why = g_strdup (TAKEN_OVER);
  return TW_MONGO_HELD_OFF;
}

static TwMongoHold
enter_copy (TwMongoHolders *holders, TwMongoSession *session, char **why)
{
  g_autoptr (TwBson) own = NULL;
  TwMongoHold hold;

  if (holders->entered)
    return renew_copy (holders, session, why);
  if (!write_entry (holders, session, holders->id, "copying", holders->data)
      || !find_entry (session, holders->id, &own) || own == NULL)
    return TW_MONGO_NOT_HELD;
  hold = look_for_copies (holders, session, number_in (own, "seen"), why);
  if (hold == TW_MONGO_HELD && !write_entry (holders, session, holders->mark, "by", holders->id))
    return TW_MONGO_NOT_HELD;
  if (hold == TW_MONGO_HELD)
    hold = look_for_services (holders, session, number_in (own, "seen"), why);
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

/* Takes our entry out. A copy takes its mark out only where it has not begun, and where no earlier one was broken off,
 * which made the mark. */
void
tw_mongo_holders_leave (TwMongoHolders *holders, TwMongoSession *session)
{
  g_autoptr (TwBson) entry = BCON_NEW ("_id", BCON_UTF8 (holders->id));
  g_autoptr (TwBson) mark = BCON_NEW ("_id", BCON_UTF8 (holders->mark), "by", BCON_UTF8 (holders->id));

  if (holders->role == TW_MONGO_FILL && !holders->entered)
    tw_mongo_delete_one (session, COLLECTION, mark, NULL, NULL);
  if ((holders->role == TW_MONGO_FILL || holders->entered)
      && tw_mongo_delete_one (session, COLLECTION, entry, NULL, NULL))
    holders->entered = FALSE;
}

gboolean
tw_mongo_holders_finish (const TwMongoHolders *holders, TwMongoSession *session, GError **error)
{
  g_autoptr (TwBson) mark = BCON_NEW ("_id", BCON_UTF8 (holders->mark));
  g_autoptr (TwBson) entry = BCON_NEW ("_id", BCON_UTF8 (holders->id));
  g_autoptr (TwBson) own = NULL;

  if (!tw_mongo_find_one (session, COLLECTION, entry, NULL, &own, error))
    return FALSE;
  if (own != NULL)
    return tw_mongo_delete_one (session, COLLECTION, mark, NULL, error);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, TAKEN_OVER);
  return FALSE;
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
