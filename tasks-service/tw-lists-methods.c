/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-lists-methods.h"

#include "tw-arguments.h"
#include "tw-call-pool.h"
#include "tw-clock.h"
#include "tw-lists-answers.h"
#include "tw-record-wire.h"

#include <string.h>

/* Methods that look things up at a time; what is written then keeps no thread (tw-list-service.h). */
#define READERS 4
#define WRITERS 8

/* How a caller's words become a record: from the type of the one to that of the other. */
typedef struct
{
  TwRecordMap new_list, list_changes, member_changes, new_invitation;
} Words;

typedef struct
{
  TwListService *service;
  Words words;
} Methods;

struct _TwListsMethods
{
  Methods methods;
  TwCallPool *readers, *writers;
};

/* What a caller's words say; FALSE with @error. @clear: of a patch, else NULL. */
static gboolean
understand (const TwRecordMap *map, gconstpointer input, guint64 named, gpointer said, guint64 *clear, GError **error)
{
  return tw_record_map_apply (map, input, said, error)
         && (clear == NULL || tw_record_map_clear (map, named, clear, error));
}

/* Each method, on a thread that may wait. */
typedef void (*Answer) (const Methods *methods, TwCall *call);

#define READ_ARGUMENTS(asked, type)                                                                                    \
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;                                                                  \
  tw_arguments_read (&arguments, call, type, asked)

#define CALLER(asked) (&(TwListCaller) { .context = tw_call_context (call), .user_id = (asked).user_id })

/* The same with what a write is known by when it is sent again, and who is told its end; and with what it depends on. */
#define WRITER(asked, ended) CHANGER (asked, ended, NULL)
#define CHANGER(asked, ended, wanted)                                                                                  \
  (&(TwListCaller) { .context = tw_call_context (call), .user_id = (asked).user_id,                                    \
                     .key = (asked).options.idempotency_key, .fingerprint = (asked).options.request_fingerprint,       \
                     .conditions = (wanted), .done = (ended), .user_data = call })

static TwPreconditions
conditions_of (const TwChangeOptionsRecord *options)
{
  return (TwPreconditions) {
    .has_match = (options->has & TW_CHANGE_OPTIONS_HAS_IF_MATCH) != 0,
    .has_none_match = (options->has & TW_CHANGE_OPTIONS_HAS_IF_NONE_MATCH) != 0,
    .match = options->if_match,
    .none_match = options->if_none_match,
  };
}

/* Lists */

static void
answer_lists (const Methods *methods, TwCall *call)
{
  TwTasksListsArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_lists_type);
  g_autoptr (GError) error = NULL;
  GPtrArray *lists = tw_list_service_lists (methods->service, CALLER (asked), &error);

  tw_lists_answer_records (call, &tw_shared_list_type, TW_SHARED_LISTS_ID_LISTS, lists, error);
}

static void
answer_get (const Methods *methods, TwCall *call)
{
  TwTasksGetListArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_get_list_type);
  g_autoptr (GError) error = NULL;
  TwSharedListRecord *list = tw_list_service_get (methods->service, CALLER (asked), asked.id, &error);

  tw_lists_answer_list (call, list, error);
}

static void
answer_create (const Methods *methods, TwCall *call)
{
  TwTasksCreateListArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_create_list_type);
  g_autoptr (GError) error = NULL;
  TwSharedListRecord said = { 0 };

  tw_record_fill (&tw_new_list_type, &asked.new_list);
  if (understand (&methods->words.new_list, &asked.new_list, 0, &said, NULL, &error))
    tw_list_service_create (methods->service, WRITER (asked, tw_lists_end_list), &said);
  else
    tw_call_fail (call, error);
}

static void
answer_patch (const Methods *methods, TwCall *call)
{
  TwTasksPatchListArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_patch_list_type);
  g_autoptr (GError) error = NULL;
  const TwPreconditions conditions = conditions_of (&asked.options);
  TwSharedListRecord said = { 0 };
  guint64 clear;

  if (understand (&methods->words.list_changes, &asked.changes, asked.changes.clear, &said, &clear, &error))
    tw_list_service_change (methods->service, CHANGER (asked, tw_lists_end_list, &conditions), asked.id, &said, clear);
  else
    tw_call_fail (call, error);
}

static void
answer_remove (const Methods *methods, TwCall *call)
{
  TwTasksRemoveListArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_remove_list_type);
  const TwPreconditions conditions = conditions_of (&asked.options);

  tw_list_service_remove (methods->service, CHANGER (asked, tw_lists_end_removed, &conditions), asked.id);
}

/* Members */

static void
answer_members (const Methods *methods, TwCall *call)
{
  TwTasksMembersArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_members_type);
  g_autoptr (GError) error = NULL;
  GPtrArray *members = tw_list_service_members (methods->service, CALLER (asked), asked.id, &error);

  tw_lists_answer_records (call, &tw_member_type, TW_LIST_MEMBERS_ID_MEMBERS, members, error);
}

static void
answer_patch_member (const Methods *methods, TwCall *call)
{
  TwTasksPatchMemberArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_patch_member_type);
  g_autoptr (GError) error = NULL;
  TwMemberRecord said = { 0 };
  guint64 clear;

  if (understand (&methods->words.member_changes, &asked.changes, asked.changes.clear, &said, &clear, &error))
    tw_list_service_change_member (methods->service, WRITER (asked, tw_lists_end_member), asked.id, asked.member_id, &said,
                                   clear);
  else
    tw_call_fail (call, error);
}

static void
answer_remove_member (const Methods *methods, TwCall *call)
{
  TwTasksRemoveMemberArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_remove_member_type);

  tw_list_service_remove_member (methods->service, WRITER (asked, tw_lists_end_removed), asked.id, asked.member_id);
}

static void
answer_join (const Methods *methods, TwCall *call)
{
  TwTasksJoinListArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_join_list_type);

  tw_list_service_join (methods->service, WRITER (asked, tw_lists_end_list), asked.id, asked.joining.display_name);
}

/* Invitations */

static void
answer_invite (const Methods *methods, TwCall *call)
{
  TwTasksInviteArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_invite_type);
  g_autoptr (GError) error = NULL;
  TwInvitationRecord said = { 0 };

  tw_record_fill (&tw_new_invitation_type, &asked.invitation);
  if (understand (&methods->words.new_invitation, &asked.invitation, 0, &said, NULL, &error))
    tw_list_service_invite (methods->service, WRITER (asked, tw_lists_end_invitation), asked.id, &said);
  else
    tw_call_fail (call, error);
}

static void
answer_invitations (const Methods *methods, TwCall *call)
{
  TwTasksInvitationsArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_invitations_type);
  g_autoptr (GError) error = NULL;
  GPtrArray *invitations = tw_list_service_invitations (methods->service, CALLER (asked), asked.id, &error);

  tw_lists_answer_records (call, &tw_invitation_type, TW_INVITATIONS_ID_INVITATIONS, invitations, error);
}

static void
answer_remove_invitation (const Methods *methods, TwCall *call)
{
  TwTasksRemoveInvitationArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_remove_invitation_type);

  tw_list_service_remove_invitation (methods->service, WRITER (asked, tw_lists_end_removed), asked.id,
                                     asked.invitation_id);
}

static void
answer_look (const Methods *methods, TwCall *call)
{
  TwTasksLookInvitationArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_look_invitation_type);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSharedListRecord) list = NULL;
  g_autoptr (TwInvitationRecord) invitation
      = tw_list_service_look (methods->service, tw_call_context (call), asked.asked.code, &list, &error);
  TwInvitationPreviewRecord preview
      = { .has = TW_INVITATION_PREVIEW_HAS_LIST_NAME | TW_INVITATION_PREVIEW_HAS_ROLE
                 | TW_INVITATION_PREVIEW_HAS_EXPIRES_ON };
  char expires[TW_TIME_SIZE];

  if (invitation == NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  tw_time_format (invitation->expires_ms, expires);
  preview.list_name = list->name;
  preview.role = invitation->role;
  preview.expires_on = expires;
  tw_record_write (&tw_invitation_preview_type, &preview, tw_lists_begin_success (call));
  tw_call_reply (call);
}

static void
answer_accept (const Methods *methods, TwCall *call)
{
  TwTasksAcceptInvitationArguments asked;
  READ_ARGUMENTS (&asked, &tw_tasks_accept_invitation_type);

  tw_list_service_accept (methods->service, WRITER (asked, tw_lists_end_list), asked.acceptance.code,
                          asked.acceptance.display_name);
}

/* Life */

static const struct
{
  const char *name;
  Answer answer;
  gboolean writes;
} table[] = {
  { "lists", answer_lists, FALSE },
  { "createList", answer_create, TRUE },
  { "getList", answer_get, FALSE },
  { "patchList", answer_patch, TRUE },
  { "removeList", answer_remove, TRUE },
  { "members", answer_members, FALSE },
  { "patchMember", answer_patch_member, TRUE },
  { "removeMember", answer_remove_member, TRUE },
  { "joinList", answer_join, TRUE },
  { "invite", answer_invite, TRUE },
  { "invitations", answer_invitations, FALSE },
  { "removeInvitation", answer_remove_invitation, TRUE },
  { "lookInvitation", answer_look, FALSE },
  { "acceptInvitation", answer_accept, TRUE },
};

static guint
row_of (const TwCall *call)
{
  guint i = 0;

  while (strcmp (table[i].name, tw_call_method (call)->name) != 0)
    g_assert (++i < G_N_ELEMENTS (table));
  return i;
}

static gboolean
answer (TwCall *call, gboolean may_wait, gpointer methods)
{
  table[row_of (call)].answer (methods, call);
  return TRUE;
}

static void
take (TwCall *call, gpointer data)
{
  TwListsMethods *methods = data;

  tw_call_pool_collect (table[row_of (call)].writes ? methods->writers : methods->readers, call, answer,
                        &methods->methods);
}

static TwCallPool *
start_pool (const char *name, guint threads, const TwServiceLimits *limits)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = name,
    .threads = threads,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
  });
}

TwListsMethods *
tw_lists_methods_new (TwServer *server, TwListService *service, const TwServiceLimits *limits)
{
  TwListsMethods *methods = g_new0 (TwListsMethods, 1);
  Words *words = &methods->methods.words;

  methods->methods.service = service;
  tw_record_map_init (&words->new_list, &tw_new_list_type, &tw_shared_list_type);
  tw_record_map_init (&words->list_changes, &tw_list_changes_type, &tw_shared_list_type);
  tw_record_map_init (&words->member_changes, &tw_member_changes_type, &tw_member_type);
  tw_record_map_init (&words->new_invitation, &tw_new_invitation_type, &tw_invitation_type);
  methods->readers = start_pool ("list-reader", READERS, limits);
  methods->writers = start_pool ("list-writer", WRITERS, limits);
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->readers);
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->writers);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    tw_server_set_method (server, table[i].name, take, methods);
  return methods;
}

void
tw_lists_methods_free (TwListsMethods *methods)
{
  tw_call_pool_free (methods->readers);
  tw_call_pool_free (methods->writers);
  g_free (methods);
}
