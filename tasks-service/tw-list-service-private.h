/* SPDX-License-Identifier: Apache-2.0 */

/* Inside tasks-service/: how what is done with lists is looked up and written. */

#pragma once

#include "tw-list-service.h"

G_BEGIN_DECLS

struct _TwListService
{
  TwTaskStore *store;
  const TwClock *clock;
  TwListChores *chores; /* or NULL */
};

/* The one record of @type whose @field is @value; NULL where there is none, or with @error. */
gpointer tw_list_service_find (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                               guint64 field, const char *value, GError **error);

/* All of them, @limit at most. */
GPtrArray *tw_list_service_gather (const TwListService *service, const TwCallContext *context,
                                   const TwRecordType *type, guint64 field, const char *value, guint limit,
                                   GError **error);

/* What the caller is in the list: NOT_FOUND where that is nothing, FORBIDDEN where it is less than @least. */
TwMemberRecord *tw_list_service_admit (const TwListService *service, const TwListCaller *caller, const char *list_id,
                                       TwListRole least, GError **error);

/* CONFLICT where the caller is in as many lists of others as anybody may be. Two who ask at once may come to one more. */
gboolean tw_list_service_may_join (const TwListService *service, const TwListCaller *caller, GError **error);

/* Runs a commit, whose `done` is this function's, and waits for its end. @committed may be NULL. */
gboolean tw_list_wait_for_commit (TwTaskStore *store, gint64 deadline_ms, const TwCommitSpec *spec,
                                  TwCommitted *committed, GError **error);

/* What there is to a request that failed with *@error because what it is about is not there (any more), or there is too
 * much: TRUE, and no error, where its key says that it was done before. */
gboolean tw_list_service_was_done (const TwListService *service, const TwListCaller *caller, TwCommitted *committed,
                                   GError **error);

/* What a step (tw-commit.h) is to decide, and what it came to. It belongs to whoever asked and to the commit, which may
 * outlast the wait. */
typedef struct
{
  _Atomic guint holders; /* its asker, and its commit */

  gint64 now_ms;
  char *user_id;  /* the caller */
  char *list_id;
  char *target;   /* the id of a member, or of an invitation */
  gpointer said;  /* a record of what it is about */
  guint64 clear;
  char **ids;     /* of what goes as well: NULL-terminated */
  char chore[TW_ID_SIZE]; /* the id that a record has which says that something is left to do */
  gint64 version; /* that the list has to have */
  TwPreconditions conditions;

  /* Copies of what there is then, each NULL where the step has nothing to do with it. */
  TwSharedListRecord *list;
  TwMemberRecord *member; /* the caller's, or the target */
  TwInvitationRecord *invitation;
  gboolean is_late; /* @version is not it any more */

  TwCommitted committed; /* once it has ended */
} TwListStep;

TwListStep *tw_list_step_new (const TwListService *service, const TwListCaller *caller, const char *list_id);
void tw_list_step_unref (TwListStep *step);

/* Has @decide decide it, in @partition, and waits for the end. With FALSE nothing of @step may be looked at any more. */
gboolean tw_list_step_run (const TwListService *service, const TwListCaller *caller, const char *partition,
                           TwCommitFunc decide, TwListStep *step, GError **error);

/* For steps. The list; NULL with NOT_FOUND. */
const TwSharedListRecord *tw_list_step_list (TwCommit *commit, const TwListStep *step, GError **error);

/* The record of @user_id in the step's list, also of who is no more in it; NULL where there is none, or with @error. */
const TwMemberRecord *tw_list_step_member (TwCommit *commit, const TwListStep *step, const char *user_id,
                                           GError **error);

/* The caller's, who has to be @least there: NOT_FOUND, FORBIDDEN. */
const TwMemberRecord *tw_list_step_admit (TwCommit *commit, const TwListStep *step, TwListRole least, GError **error);

/* Has the caller be in @list from now on. CONFLICT where it is full. */
gboolean tw_list_step_enter (TwCommit *commit, TwListStep *step, const TwSharedListRecord *list,
                             const TwMemberRecord *before, TwListRole role, const char *display_name, GError **error);

/* Puts a record which says that something is left to do of the step's list: of the step's target, who has left it, or,
 * where there is none, of all that lay in it. */
void tw_list_step_put_chore (TwCommit *commit, const TwListStep *step);

/* Does that, once the step is done. */
void tw_list_step_do_chore (const TwListService *service, const TwListCaller *caller, const TwListStep *step,
                            const char *owner_id);

/* Notes what there is: the step's copy. */
void tw_list_step_keep_list (TwListStep *step, const TwSharedListRecord *list);
void tw_list_step_keep_member (TwListStep *step, const TwMemberRecord *member);

/* The step's list as @member sees it; it is not the step's any more. */
TwSharedListRecord *tw_list_step_take_list (TwListStep *step);

/* Whether the list, as the caller sees it, has one of the tags that the caller wants; FALSE with PRECONDITION. */
gboolean tw_list_step_check_tag (const TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *member,
                                 GError **error);

/* Sets in @list what @member sees it with. */
void tw_list_see (TwSharedListRecord *list, const TwMemberRecord *member);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwListStep, tw_list_step_unref)

G_END_DECLS
