/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift service on the test's own loop that answers its calls, in order, with what it was told to. */

#pragma once

#include "tw-socket.h"
#include "tw-writer.h"

#include <glib.h>

typedef struct _ScriptedService ScriptedService;

/* Writes one answer: the result's struct, field by field. @call counts from 0, @since is argument 1. */
typedef void (*ScriptedAnswer) (TwWriter *result, guint call, gint64 since, gpointer user_data);

ScriptedService *scripted_service_new (ScriptedAnswer answer, gpointer user_data);

/* Closes the connection instead of answering the next @n calls. */
void scripted_service_hang_up (ScriptedService *service, guint n);

/* Answers the next @n calls with an application exception. */
void scripted_service_refuse (ScriptedService *service, guint n);

const TwAddress *scripted_service_address (const ScriptedService *service);

/* How many calls came. */
guint scripted_service_calls (const ScriptedService *service);

void scripted_service_free (ScriptedService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedService, scripted_service_free)
