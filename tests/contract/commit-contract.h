/* SPDX-License-Identifier: Apache-2.0 */

/* What commit/tw-commit.h promises, as tests that run over any store that commits tasks. A store is held to it by a program
 * like test-commits-sqlite.c, whose main asks for a child first. */

#pragma once

#include "tw-commit.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* in the tests' names */

  /* An empty place for a store, of this test alone, by a text that says to another process where it is. */
  gpointer (*make_place) (void);

  /* Opens the store in it, which commits tasks (tw_task_type): what an earlier one kept there is there. */
  gpointer (*open) (gpointer place, TwCommits **commits, GError **error);
  void (*close) (gpointer store);

  void (*remove_place) (gpointer place);

  /* How many stores may be open in one place at a time. */
  guint instances;

  /* Makes what is new without looking whether its id is taken, which is noticed afterwards: the entry stays. */
  gboolean makes_unseen;
} TwCommitFactory;

/* Adds every case, as "/commit/NAME/…", between g_test_init() and g_test_run(). @factory is kept. */
void tw_commit_contract_add (const TwCommitFactory *factory);

/* Whether the program was run by one of the cases, to be killed; *@status is what it ends with otherwise. */
gboolean tw_commit_contract_is_child (const TwCommitFactory *factory, int argc, char **argv, int *status);

G_END_DECLS
