/* SPDX-License-Identifier: Apache-2.0 */

/* What a caller has done to a record: a commit each. */

#include "tw-record-methods-private.h"

#include "tw-etag.h"
#include "tw-preconditions.h"

static TwRecordTexts
texts_at (const TwRecordRequest *request, const TwRecordPlace *place)
{
  return place->type != NULL ? *(const TwRecordTexts *) tw_record_place_member (place, request->asked)
                             : (TwRecordTexts) { NULL, 0 };
}

static TwRecordBytes
bytes_at (const TwRecordRequest *request, const TwRecordPlace *place)
{
  return place->type != NULL ? *(const TwRecordBytes *) tw_record_place_member (place, request->asked)
                             : (TwRecordBytes) { NULL, 0 };
}

/* Changing: what a step decides */

/* The record as the step finds it; NULL with NOT_FOUND. */
static gconstpointer
find (TwCommit *commit, const TwRecordRequest *request, const char *id, GError **error)
{
  const TwRecordMethod *method = request->served->method;
  gconstpointer record;

  if (tw_commit_look (commit, method->record, id, &record, error) && record == NULL)
    tw_record_not_found (method, error);
  return record;
}

/* What tw.tag says of @record, all of whose fields there are. */
static char *
tag_of (const TwRecordType *type, gconstpointer record)
{
  g_auto (GStrv) texts = g_new0 (char *, type->n_tag + 1);

  for (guint i = 0; i < type->n_tag; i++)
    texts[i] = type->fields[type->tag[i]].kind == TW_RECORD_NUMBER
                   ? g_strdup_printf ("%" G_GINT64_FORMAT, *tw_record_number (type, record, type->tag[i]))
                   : g_strdup (*tw_record_text (type, record, type->tag[i]));
  return tw_etag_of_texts ((const char *const *) texts, type->n_tag);
}

/* The same where what the request depends on is so. */
static gconstpointer
find_as_wanted (TwCommit *commit, const TwRecordRequest *request, GError **error)
{
  const TwRecordMethod *method = request->served->method;
  gconstpointer record = find (commit, request, tw_record_request_text (request, &method->key), error);
  g_autofree char *tag = record != NULL ? tag_of (method->record, record) : NULL;
  const TwPreconditions conditions = {
    .has_match = tw_record_place_is_set (&method->if_match, request->asked),
    .has_none_match = tw_record_place_is_set (&method->if_none_match, request->asked),
    .match = texts_at (request, &method->if_match),
    .none_match = texts_at (request, &method->if_none_match),
  };

  return record != NULL && tw_preconditions_check (&conditions, tag, error) ? record : NULL;
}

static void
keep (TwRecordRequest *request, gconstpointer record)
{
  g_free (request->found);
  request->found = tw_record_copy (request->served->method->record, record);
  request->result = request->found;
}

static void
set_time (const TwRecordType *type, gpointer record, TwRecordRole role, gint64 now_ms)
{
  const guint i = tw_record_find_role (type, role);

  *tw_record_number (type, record, i) = now_ms;
  *tw_record_has (record) |= TW_RECORD_BIT (i);
}

static gboolean
create (TwCommit *commit, TwRecordRequest *request)
{
  const TwRecordType *type = request->served->method->record;
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  g_autofree gpointer record = g_memdup2 (request->said, type->size);

  *tw_record_text (type, record, key) = request->id;
  *tw_record_has (record) |= TW_RECORD_BIT (key);
  set_time (type, record, TW_RECORD_CREATED, request->now_ms);
  tw_record_complete (type, record);
  request->result = tw_commit_put (commit, type, record);
  return TRUE;
}

static gboolean
patch (TwCommit *commit, TwRecordRequest *request, GError **error)
{
  const TwRecordType *type = request->served->method->record;
  gconstpointer before = find_as_wanted (commit, request, error);
  g_autofree gpointer after = before != NULL ? g_memdup2 (before, type->size) : NULL;

  if (before == NULL)
    return FALSE;
  if (*tw_record_has (request->said) == 0 && request->clear == 0)
    {
      keep (request, before);
      return TRUE;
    }
  tw_record_apply (type, after, request->said, request->clear);
  set_time (type, after, TW_RECORD_UPDATED, request->now_ms);
  request->result = tw_commit_put (commit, type, after);
  return TRUE;
}

static gboolean
decide (TwCommit *commit, gpointer data, GError **error)
{
  TwRecordRequest *request = data;
  const TwRecordMethod *method = request->served->method;

  if (method->verb == TW_SERVE_CREATE)
    return create (commit, request);
  if (method->verb == TW_SERVE_PATCH)
    return patch (commit, request, error);
  if (find_as_wanted (commit, request, error) == NULL)
    return FALSE;
  tw_commit_remove (commit, method->record, tw_record_request_text (request, &method->key));
  return TRUE;
}

/* What was done with a key before, as it is now. */
static gboolean
decide_again (TwCommit *commit, gpointer data, GError **error)
{
  TwRecordRequest *request = data;
  gconstpointer record
      = tw_commit_need (commit, request->served->method->record, request->id, tw_commit_was_removed, error);

  if (record != NULL)
    keep (request, record);
  return record != NULL;
}

/* Changing: a commit */

static void look_again (const TwRecordRequest *before, const char *id);

static void
answer_change (const TwCommitted *committed, const GError *error, gpointer data)
{
  const TwRecordRequest *request = data;
  const TwRecordMethod *method = request->served->method;

  if (error != NULL)
    tw_call_fail (request->call, error);
  else if (method->verb == TW_SERVE_REMOVE)
    tw_call_reply (request->call);
  else if (committed->is_repeat)
    look_again (request, committed->first.id);
  else
    tw_record_answer (request->call, method->record, request->result);
}

static void
free_request (gpointer data)
{
  tw_record_request_clear (data);
  g_free (data);
}

static TwRecordRequest *
new_request (const TwRecordServed *served, TwCall *call)
{
  TwRecordRequest *request = g_new (TwRecordRequest, 1);

  tw_record_request_init (request, served, call);
  request->now_ms = tw_clock_wall_ms (served->methods->clock);
  tw_id_new (request->now_ms, request->id);
  return request;
}

/* Takes @request. */
static void
run (TwRecordRequest *request, TwCommitFunc func, const char *key)
{
  const TwRecordServed *served = request->served;
  const TwRecordBytes fingerprint = bytes_at (request, &served->method->fingerprint);
  TwCommitSpec spec = {
    .partition = tw_record_request_text (request, &served->method->owner),
    .now_ms = request->now_ms,
    .decide = func,
    .done = answer_change,
    .data = request,
    .free_data = free_request,
  };

  tw_commit_spec_set_key (&spec, key, fingerprint.bytes, fingerprint.length);
  tw_commit_run (served->methods->store->commits, tw_call_context (request->call)->deadline_ms, &spec);
}

static void
look_again (const TwRecordRequest *before, const char *id)
{
  TwRecordRequest *request = new_request (before->served, before->call);

  g_strlcpy (request->id, id, sizeof request->id);
  run (request, decide_again, NULL);
}

/* FALSE, with the call answered, where what is said can't be understood. */
static gboolean
understand (TwRecordRequest *request)
{
  const TwRecordMethod *method = request->served->method;
  const TwRecordType *words = method->said.type->fields[method->said.field].structure;
  gpointer input = tw_record_place_member (&method->said, request->asked);
  const guint64 named
      = method->clear.type != NULL ? *(const guint64 *) tw_record_place_member (&method->clear, request->asked) : 0;
  g_autoptr (GError) error = NULL;

  request->said = g_malloc0 (method->record->size);
  if (method->verb == TW_SERVE_CREATE)
    tw_record_fill (words, input);
  if (tw_record_map_apply (&request->served->said, input, request->said, &error)
      && tw_record_map_clear (&request->served->said, named, &request->clear, &error))
    return TRUE;
  tw_call_fail (request->call, error);
  return FALSE;
}

void
tw_record_take_change (TwCall *call, gpointer data)
{
  const TwRecordServed *served = data;
  TwRecordRequest *request = new_request (served, call);

  if (served->method->said.type != NULL && !understand (request))
    free_request (request);
  else
    run (request, decide, tw_record_request_text (request, &served->method->idempotency_key));
}
