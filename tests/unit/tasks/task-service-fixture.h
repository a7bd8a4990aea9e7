/* SPDX-License-Identifier: Apache-2.0 */

/* A task service on a database of its own, at NOW_MS, and what it does, waited for. */

#pragma once

#include "task-waits.h"
#include "tw-task-service.h"

#define NOW_MS 1700000000123

typedef struct
{
  char *folder;
  TwClock *clock;
  TwTaskService *service;
} TaskServiceFixture;

void task_service_set_up (TaskServiceFixture *f, gconstpointer data);
void task_service_tear_down (TaskServiceFixture *f, gconstpointer data);

/* Records are freed with g_free(). */
TwTaskRecord *create_task (TaskServiceFixture *f, const char *user_id, const TaskWords *input, GError **error);
TwTaskRecord *change_task (TaskServiceFixture *f, const char *user_id, const char *id, const TaskWords *input,
                           GError **error);
gboolean remove_task (TaskServiceFixture *f, const char *user_id, const char *id, GError **error);
TwTaskRecord *get_task (TaskServiceFixture *f, const char *user_id, const char *id, GError **error);
gboolean list_all (TaskServiceFixture *f, const char *user_id, TaskRowFunc row, gpointer user_data, GError **error);
