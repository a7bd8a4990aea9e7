/* SPDX-License-Identifier: Apache-2.0 */

/* Inside lists/: how what is done with lists is looked up and written. */

#pragma once

#include "tw-list-service.h"
#include "tw-pool.h"

#include <pthread.h>

G_BEGIN_DECLS

struct _TwListService
{
  TwTaskStore *store;
  const TwClock *clock;
  TwListChores *chores; /* or NULL */
  guint max_shared;     /* lists of others that somebody can be in */
  TwPool *behind;       /* what is left to do, and may wait, when something has been written */

  pthread_mutex_t mutex; /* guards the rest */
  pthread_cond_t changed;
  guint writing;    /* what is being written, or told */
  GHashTable *busy; /* in whose partitions how many threads do what is left to do */
};

/* The one record of @type whose @field is @value; NULL where there is none, or with @error. */
gpointer tw_list_service_find (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                               guint64 field, const char *value, GError **error);

/* The same of one that has to be there: NULL with @error, which @missing sets where there is none. */
gpointer tw_list_service_need (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                               guint64 field, const char *value, gboolean (*missing) (GError **error), GError **error);

/* All of them, @limit at most. */
GPtrArray *tw_list_service_gather (const TwListService *service, const TwCallContext *context,
                                   const TwRecordType *type, guint64 field, const char *value, guint limit,
                                   GError **error);

/* What the caller is in the list, or was when it went: NOT_FOUND where that is nothing, FORBIDDEN where it is less than
 * @least. */
TwMemberRecord *tw_list_service_admit (const TwListService *service, const TwListCaller *caller, const char *list_id,
                                       TwListRole least, GError **error);

/* CONFLICT where the caller is in as many lists of others as anybody may be. Two who ask at once may come to one more. */
gboolean tw_list_service_may_join (const TwListService *service, const TwListCaller *caller, GError **error);

typedef struct _TwListStep TwListStep;

/* What a step (tw-commit.h) is to decide, and what it came to. It belongs to whoever asked and to the commit, which may
 * outlast the wait. */
struct _TwListStep
{
  _Atomic guint holders;

  /* Who asks. */
  TwListService *service;
  gint64 deadline_ms;
  TwListDone done;
  gpointer data;

  gint64 now_ms;
  char *user_id;  /* the caller */
  char *list_id;  /* as it is kept */
  char *target;   /* the id of a member, or of an invitation */
  gpointer said;  /* a record of what it is about */
  guint64 clear;
  char **ids;     /* of what goes as well: NULL-terminated */
  char *code;     /* of an invitation */
  char chore[TW_ID_SIZE]; /* the id that a record has which says that something is left to do */
  TwPreconditions conditions;

  /* What the end is told with: NULL, nothing. */
  gpointer (*take) (TwListStep *step);

  /* The same where it had been done before with its key, and *@record is how it is now. It may wait. */
  gboolean (*again) (const TwListStep *step, const TwListCaller *caller, gpointer *record, GError **error);

  /* Copies of what there is then, each NULL where the step has nothing to do with it. */
  TwSharedListRecord *list;
  TwMemberRecord *member; /* the caller's, or the target */
  TwInvitationRecord *invitation;
  TwChoreRecord *left; /* to do */

  TwCommittedPart first; /* of what was done before */
};

TwListStep *tw_list_step_new (TwListService *service, const TwListCaller *caller, const char *list_id);
void tw_list_step_unref (TwListStep *step);

/* Each of these tells the end, at once or later, but where the first of them returns FALSE. */

/* Whether it had been done before with its key, or can't be done with it: what it depends on counts no more then. */
gboolean tw_list_step_was_done (TwListStep *step, const TwListCaller *caller);

void tw_list_step_tell (const TwListStep *step, gpointer record, const GError *error);
void tw_list_step_refuse (TwListStep *step, const TwListCaller *caller, const GError *error);

/* Has @decide decide it, in the partition of @owner_id. */
void tw_list_step_begin (TwListStep *step, const TwListCaller *caller, const char *owner_id, TwCommitFunc decide);

/* The same unless it was done before, and where the caller is @least in the list. */
void tw_list_step_begin_as (TwListStep *step, const TwListCaller *caller, TwListRole least, TwCommitFunc decide);

/* Has @decide decide it, of which nobody is told, in the caller's own partition, and waits for that. With FALSE nothing of
 * @step may be looked at any more. */
gboolean tw_list_step_wait (TwListStep *step, const TwListCaller *caller, TwCommitFunc decide, GError **error);

/* For steps. The list; NULL with NOT_FOUND. */
const TwSharedListRecord *tw_list_step_list (TwCommit *commit, const TwListStep *step, GError **error);

/* The record of @user_id in the step's list in *@member, also of who is no more in it; NULL where there is none. */
gboolean tw_list_step_look (TwCommit *commit, const TwListStep *step, const char *user_id,
                            const TwMemberRecord **member, GError **error);

/* The caller's, who has to be @least there, and the list: NOT_FOUND, FORBIDDEN. */
const TwMemberRecord *tw_list_step_admit (TwCommit *commit, const TwListStep *step, TwListRole least,
                                          const TwSharedListRecord **list, GError **error);

/* Has the caller be in @list from now on, which is the first that the step changes. CONFLICT where it is full. */
gboolean tw_list_step_enter (TwCommit *commit, TwListStep *step, const TwSharedListRecord *list,
                             const TwMemberRecord *before, TwListRole role, const char *display_name, GError **error);

/* Puts a record which says that something is left to do of the step's list: of the step's target, who has left it, or,
 * where there is none, of all that lay in it. Mostly that is done before the end is told. */
void tw_list_step_put_chore (TwCommit *commit, TwListStep *step);

/* Notes what there is: the step's copy. */
void tw_list_step_keep_list (TwListStep *step, const TwSharedListRecord *list);
void tw_list_step_keep_member (TwListStep *step, const TwMemberRecord *member);

/* A step's `take`: the list, as the kept member sees it, and that member. */
gpointer tw_list_step_take_list (TwListStep *step);
gpointer tw_list_step_take_member (TwListStep *step);

/* A step's `again`: the list that was made, entered or changed, as the caller sees it. */
gboolean tw_list_step_see_list (const TwListStep *step, const TwListCaller *caller, gpointer *record, GError **error);

/* Has @error, which is NOT_FOUND, say that it was there. */
void tw_list_step_is_gone (GError **error);

/* Whether the list, as the caller sees it, has one of the tags that the caller wants; FALSE with PRECONDITION. */
gboolean tw_list_step_check_tag (const TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *member,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwListStep, tw_list_step_unref)

G_END_DECLS
