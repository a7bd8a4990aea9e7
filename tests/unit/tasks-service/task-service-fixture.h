/* SPDX-License-Identifier: Apache-2.0 */

/* A task service on a database of its own, at NOW_MS. */

#pragma once

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
