/* SPDX-License-Identifier: Apache-2.0 */

/* Lists that people share: what time, and an option, have to do with them. The rest is in tests/integration/. */

#include "task-store-fixture.h"

#include "list-waits.h"
#include "tw-error.h"
#include "tw-list-service.h"

static const TwCallContext no_context = { .deadline_ms = TW_DEADLINE_NONE };

static TwSharedListRecord *
make_list (TwListService *service, const char *owner)
{
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  ListWait wait;
  const TwListCaller caller = list_writer (&wait, owner);
  TwSharedListRecord *list;

  tw_list_service_create (service, &caller, &said);
  list = list_write_wait (&wait, NULL);
  g_assert_nonnull (list);
  return list;
}

static TwSharedListRecord *
join (TwListService *service, const char *list_id, GError **error)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, "guest");

  tw_list_service_join (service, &guest, list_id, "a guest");
  return list_write_wait (&wait, error);
}

static void
leave (TwListService *service, const char *list_id)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, "guest");
  g_autoptr (GError) error = NULL;

  tw_list_service_remove_member (service, &guest, list_id, TW_LIST_ME);
  g_free (list_write_wait (&wait, &error));
  g_assert_no_error (error);
}

/* What its version counts is a change. */
static void
test_change_of_who_is_in_it_is_one_of_the_list (Fixture *f, gconstpointer factory)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (f->store, clock, NULL);
  const TwListCaller owner = { .context = &no_context, .user_id = ANN };
  g_autofree TwSharedListRecord *made = make_list (service, ANN), *joined = NULL, *left = NULL;
  g_autoptr (GError) error = NULL;

  tw_clock_advance (clock, 1000);
  joined = join (service, made->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (joined->version, ==, made->version + 1);
  g_assert_cmpint (joined->updated_ms, ==, made->updated_ms + 1000);
  tw_clock_advance (clock, 1000);
  leave (service, made->id);
  left = tw_list_service_get (service, &owner, made->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (left->version, ==, made->version + 2);
  g_assert_cmpint (left->updated_ms, ==, made->updated_ms + 2000);
  g_assert_cmpint (left->created_ms, ==, made->created_ms);
  tw_list_service_free (service);
}

/* FALSE: it is one too many. */
static gboolean
join_one_of (TwListService *service, const char *owner)
{
  g_autoptr (GError) error = NULL;
  g_autofree TwSharedListRecord *made = make_list (service, owner), *joined = join (service, made->id, &error);

  g_assert_true (joined != NULL || g_error_matches (error, TW_ERROR, TW_ERROR_CONFLICT));
  return joined != NULL;
}

/* Where fewer are allowed than somebody is in, they stay in these. */
static void
test_how_many_lists_of_others_is_said (Fixture *f, gconstpointer factory)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (f->store, clock, NULL);
  const TwListCaller guest = { .context = &no_context, .user_id = "guest" };
  g_autoptr (GPtrArray) lists = NULL;
  g_autoptr (GError) error = NULL;

  tw_list_service_set_max_shared (service, 2);
  g_assert_true (join_one_of (service, ANN));
  g_assert_true (join_one_of (service, BOB));
  g_assert_false (join_one_of (service, BOB));
  tw_list_service_set_max_shared (service, 1);
  g_assert_false (join_one_of (service, ANN));
  lists = tw_list_service_lists (service, &guest, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lists->len, ==, 2);
  tw_list_service_free (service);
}

void
contract_add_sharing (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "sharing/who-comes-and-goes-is-a-change", test_change_of_who_is_in_it_is_one_of_the_list },
    { "sharing/how-many-lists-of-others-is-said", test_how_many_lists_of_others_is_said },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
