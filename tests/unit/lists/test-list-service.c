/* SPDX-License-Identifier: Apache-2.0 */

/* What is done with lists, on SQLite: what keeps a thread and what does not, and which invitations are kept. What people
 * see of it: tests/integration/test_rest_lists.py. */

#include "tw-error.h"
#include "tw-list-service.h"
#include "tw-task-store-sqlite.h"

#include "list-waits.h"
#include "tw-temporary-folder.h"

#include <string.h>

#define ANN "ann"
#define BOB "bob"

typedef struct
{
  char *folder;
  TwClock *clock;
  TwTaskStore *store;
  TwListService *service;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  f->folder = tw_temporary_folder_new ();
  path = g_build_filename (f->folder, "tasks.db", NULL);
  f->clock = tw_clock_new_fixed (1700000000000);
  f->store = tw_task_store_sqlite_open (path, 0, &error);
  g_assert_no_error (error);
  f->service = tw_list_service_new (f->store, f->clock, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tw_list_service_free (f->service);
  tw_task_store_free (f->store);
  tw_clock_free (f->clock);
  tw_temporary_folder_clear (&f->folder);
}

static char *
make_list_of (Fixture *f, const char *user_id)
{
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;
  g_autofree TwSharedListRecord *list = NULL;

  tw_list_service_create (f->service, &owner, &said);
  list = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  return g_strdup (list->id);
}

static char *
make_list (Fixture *f)
{
  return make_list_of (f, ANN);
}

/* Threads */

typedef struct
{
  TwLatch held, release, ended;
} Hold;

static gboolean
hold (TwCommit *commit, gpointer data, GError **error)
{
  Hold *it = data;

  tw_latch_open (&it->held);
  tw_latch_wait (&it->release);
  return TRUE;
}

static void
end_hold (const TwCommitted *committed, const GError *error, gpointer data)
{
  tw_latch_open (&((Hold *) data)->ended);
}

static void
begin_hold (Fixture *f, Hold *it)
{
  tw_latch_init (&it->held);
  tw_latch_init (&it->release);
  tw_latch_init (&it->ended);
  tw_commit_run (f->store->commits, TW_DEADLINE_NONE, &(TwCommitSpec) {
    .partition = ANN, .now_ms = 1, .decide = hold, .done = end_hold, .data = it });
  tw_latch_wait (&it->held);
}

/* One thread begins them all, while none of them can be done. */
static void
test_what_is_written_keeps_no_thread (Fixture *f, gconstpointer data)
{
  g_autofree char *list_id = make_list (f);
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME, .name = "another" };
  const TwInvitationRecord invited = { .has = TW_INVITATION_HAS_ROLE | TW_INVITATION_HAS_USES, .role = "editor", .uses = 1 };
  ListWait waits[24];
  Hold it;

  begin_hold (f, &it);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autofree char *guest = g_strdup_printf ("guest %u", i);
      TwListCaller caller = list_writer (&waits[i], i < 20 ? guest : ANN);

      if (i < 20)
        tw_list_service_join (f->service, &caller, list_id, "a guest");
      else if (i == 20)
        tw_list_service_create (f->service, &caller, &said);
      else if (i == 21)
        tw_list_service_change (f->service, &caller, list_id, &said, 0);
      else if (i == 22)
        tw_list_service_invite (f->service, &caller, list_id, &invited);
      else
        tw_list_service_remove (f->service, &caller, list_id);
    }
  tw_latch_open (&it.release);
  tw_latch_wait (&it.ended);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_free (list_write_wait (&waits[i], &error));
      g_assert_no_error (error);
    }
}

/* Who frees the service waits for what was begun. */
static void
test_end_comes_before_the_services (Fixture *f, gconstpointer data)
{
  g_autofree char *list_id = make_list (f);
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, "guest");
  g_autoptr (GError) error = NULL;

  tw_list_service_join (f->service, &guest, list_id, "a guest");
  tw_list_service_free (f->service);
  g_assert_nonnull (wait.record);
  g_free (list_write_wait (&wait, &error));
  g_assert_no_error (error);
  f->service = tw_list_service_new (f->store, f->clock, NULL);
}

/* Commits of what is left to do, which nobody in particular has asked for, are parked on their way. */
typedef struct
{
  TwCommits parent;
  TwCommits *real;
  pthread_mutex_t mutex;
  GArray *parked; /* Parked; NULL: they are no more */
  TwLatch bobs;   /* opened by the first of BOB's */
  gboolean has_bobs;
} Parking;

typedef struct
{
  gint64 deadline_ms;
  TwCommitSpec spec;
} Parked;

static void
park (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec)
{
  Parking *parking = (Parking *) commits;
  Parked parked = { deadline_ms, *spec };
  gboolean parks;

  pthread_mutex_lock (&parking->mutex);
  parks = spec->by == NULL && parking->parked != NULL;
  if (parks)
    {
      parked.spec.partition = g_intern_string (spec->partition);
      g_array_append_val (parking->parked, parked);
      if (strcmp (spec->partition, BOB) == 0 && !parking->has_bobs)
        {
          parking->has_bobs = TRUE;
          tw_latch_open (&parking->bobs);
        }
    }
  pthread_mutex_unlock (&parking->mutex);
  if (!parks)
    tw_commit_run (parking->real, deadline_ms, spec);
}

static void
end_parking (Parking *parking)
{
  g_autoptr (GArray) parked = NULL;

  pthread_mutex_lock (&parking->mutex);
  parked = g_steal_pointer (&parking->parked);
  pthread_mutex_unlock (&parking->mutex);
  for (guint i = 0; i < parked->len; i++)
    tw_commit_run (parking->real, g_array_index (parked, Parked, i).deadline_ms, &g_array_index (parked, Parked, i).spec);
}

static void
join (Fixture *f, const char *user_id, const char *list_id)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;

  tw_list_service_join (f->service, &guest, list_id, "a guest");
  g_free (list_write_wait (&wait, &error));
  g_assert_no_error (error);
}

/* What is left to do in a partition that has much to do holds up nobody elsewhere: BOB's comes to its turn. */
static void
test_what_is_left_to_do_waits_for_its_own_partition (Fixture *f, gconstpointer data)
{
  static const TwCommitsClass klass = { .run = park };
  Parking parking = { .parent = { .klass = &klass }, .real = f->store->commits, .mutex = PTHREAD_MUTEX_INITIALIZER,
                      .parked = g_array_new (FALSE, FALSE, sizeof (Parked)) };
  g_autofree char *anns = make_list_of (f, ANN), *bobs = make_list_of (f, BOB);
  TwListChores *chores;
  ListWait waits[21];

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *guest = g_strdup_printf ("guest %u", i);

      join (f, guest, anns);
    }
  join (f, "guest", bobs);
  tw_list_service_free (f->service);
  tw_latch_init (&parking.bobs);
  f->store->commits = &parking.parent;
  chores = tw_list_chores_new (f->store, tw_clock_system ());
  f->service = tw_list_service_new (f->store, f->clock, chores);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autofree char *guest = i < 20 ? g_strdup_printf ("guest %u", i) : g_strdup ("guest");
      const TwListCaller caller = list_writer (&waits[i], guest);

      tw_list_service_remove_member (f->service, &caller, i < 20 ? anns : bobs, TW_LIST_ME);
    }
  tw_latch_wait (&parking.bobs);
  end_parking (&parking);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (list_write_wait (&waits[i], &error));
      g_assert_no_error (error);
    }
  tw_list_service_free (f->service);
  tw_list_chores_free (chores);
  f->store->commits = parking.real;
  f->service = tw_list_service_new (f->store, f->clock, NULL);
}

/* Invitations */

static gboolean
put_used_up (TwCommit *commit, gpointer list_id, GError **error)
{
  for (guint i = 0; i < 300; i++)
    {
      char id[TW_ID_SIZE], hash[65];
      const TwInvitationRecord used = {
        .has = TW_INVITATION_HAS_ID | TW_INVITATION_HAS_LIST_ID | TW_INVITATION_HAS_CODE_HASH | TW_INVITATION_HAS_ROLE
               | TW_INVITATION_HAS_USES | TW_INVITATION_HAS_EXPIRES_ON | TW_INVITATION_HAS_CREATED_ON
               | TW_INVITATION_HAS_UPDATED_ON,
        .id = id, .list_id = list_id, .code_hash = hash, .role = "viewer", .uses = 0, .expires_ms = 1800000000000,
        .created_ms = 1700000000000, .updated_ms = 1700000000000,
      };

      g_snprintf (id, sizeof id, "%024u", i);
      g_snprintf (hash, sizeof hash, "%064u", i);
      tw_commit_put (commit, &tw_invitation_type, &used);
    }
  return TRUE;
}

static void
end_put (const TwCommitted *committed, const GError *error, gpointer data)
{
  g_assert_no_error (error);
}

static TwInvitationRecord *
invite (Fixture *f, const char *list_id, GError **error)
{
  const TwInvitationRecord said = { .has = TW_INVITATION_HAS_ROLE | TW_INVITATION_HAS_USES, .role = "viewer", .uses = 1 };
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, ANN);

  tw_list_service_invite (f->service, &owner, list_id, &said);
  return list_write_wait (&wait, error);
}

static guint
count_kept (Fixture *f, const char *list_id)
{
  const TwRecordQuery query = { &tw_invitation_type, TW_INVITATION_HAS_LIST_ID, &list_id, 1, .limit = TW_RECORD_QUERY_ALL };
  g_autoptr (GPtrArray) found = tw_task_store_gather (f->store, TW_DEADLINE_NONE, &query, NULL);

  return found->len;
}

/* However many were used up today: those that are open are seen, and count, and the others go. */
static void
test_used_up_invitations_hide_no_open_ones (Fixture *f, gconstpointer data)
{
  g_autofree char *list_id = make_list (f);
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, ANN);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) open = NULL;
  guint n = 0;

  tw_commit_run (f->store->commits, TW_DEADLINE_NONE, &(TwCommitSpec) {
    .partition = ANN, .now_ms = 1, .decide = put_used_up, .done = end_put, .data = list_id });
  for (; error == NULL && n < 100; n++)
    g_free (invite (f, list_id, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_cmpuint (n - 1, ==, TW_LIST_INVITATIONS_MAX);
  open = tw_list_service_invitations (f->service, &owner, list_id, NULL);
  g_assert_cmpuint (open->len, ==, TW_LIST_INVITATIONS_MAX);
  g_assert_cmpuint (count_kept (f, list_id), ==, 50 + TW_LIST_INVITATIONS_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/list-service/what-is-written-keeps-no-thread", Fixture, NULL, set_up, test_what_is_written_keeps_no_thread,
              tear_down);
  g_test_add ("/list-service/the-end-comes-before-the-services", Fixture, NULL, set_up,
              test_end_comes_before_the_services, tear_down);
  g_test_add ("/list-service/what-is-left-to-do-waits-for-its-own-partition", Fixture, NULL, set_up,
              test_what_is_left_to_do_waits_for_its_own_partition, tear_down);
  g_test_add ("/list-service/used-up-invitations-hide-no-open-ones", Fixture, NULL, set_up,
              test_used_up_invitations_hide_no_open_ones, tear_down);
  return g_test_run ();
}
