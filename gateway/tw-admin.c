/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-admin.h"

#include "tw-health.h"
#include "tw-httpd.h"
#include "tw-log.h"
#include "tw-metrics-text.h"
#include "tw-process-metrics.h"

#include <string.h>

#define MAX_CONNECTIONS 64
#define ALLOW "GET, HEAD, OPTIONS"

struct _TwAdmin
{
  TwHttpd *httpd;
  TwAdminSubjects subjects;
};

typedef struct
{
  TwAdmin *admin;
  TwRequest *request;
} ReadyQuestion;

static void
answer_yes (TwRequest *request, const char *member)
{
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  g_autofree char *text = g_strdup_printf ("{\"%s\":true}", member);

  tw_buffer_append_string (&json, text);
  tw_request_answer (request, tw_response_new_json (200, &json));
}

/* What is wrong with the list of ended sessions; NULL where nothing is. */
static const char *
judge_revocations (const TwAdmin *admin)
{
  switch (tw_revocations_state (admin->subjects.revocations))
    {
    case TW_REVOCATIONS_MISSING:
      return "Not ready: the list of ended sessions has not been loaded yet";
    case TW_REVOCATIONS_STALE:
      return "Not ready: the list of ended sessions is too old";
    case TW_REVOCATIONS_CURRENT:
    default:
      return NULL;
    }
}

static void
on_health (const TwProblems *problems, gpointer user_data)
{
  g_autofree ReadyQuestion *question = user_data;
  g_autofree char *text = NULL, *detail = NULL;
  const char *wrong = judge_revocations (question->admin);

  if (tw_problems_count (problems) > 0)
    {
      text = tw_problems_to_string (problems);
      detail = g_strdup_printf ("Not ready: %s", text);
      tw_request_answer (question->request, tw_response_new_problem_of (NULL, 503, detail, problems));
    }
  else if (wrong != NULL)
    tw_request_answer (question->request, tw_response_new_problem (503, wrong));
  else
    answer_yes (question->request, "ready");
}

static void
handle_ready (TwAdmin *admin, TwRequest *request)
{
  const TwAdminSubjects *subjects = &admin->subjects;
  ReadyQuestion *question = g_new (ReadyQuestion, 1);

  *question = (ReadyQuestion) { admin, request };
  tw_health_ask (subjects->clients, subjects->schema, subjects->timeout_ms, on_health, question);
}

static void
handle_health (TwAdmin *admin, TwRequest *request)
{
  answer_yes (request, "ok");
}

static void
append_log_metrics (TwBuffer *text)
{
  tw_metrics_text_begin (text, "log_dropped_lines_total", "counter",
                         "Lines of the log that were dropped because standard error did not take them.");
  tw_metrics_text_sample (text, "log_dropped_lines_total", NULL, 0, (double) tw_log_dropped ());
}

static void
handle_metrics (TwAdmin *admin, TwRequest *request)
{
  const GPtrArray *metrics = admin->subjects.metrics;
  g_auto (TwBuffer) text = TW_BUFFER_INIT;
  g_autoptr (GBytes) bytes = NULL;

  tw_http_metrics_append ((TwHttpMetrics *const *) metrics->pdata, metrics->len, &text);
  tw_rate_limits_append (admin->subjects.rate_limits, &text);
  append_log_metrics (&text);
  tw_process_metrics_append (&text);
  bytes = tw_buffer_steal_bytes (&text);
  tw_request_answer (request, tw_response_new_bytes (200, TW_METRICS_TEXT_TYPE, bytes));
}

static const struct
{
  const char *path;
  void (*handle) (TwAdmin *admin, TwRequest *request);
} pages[] = {
  { "/healthz", handle_health },
  { "/readyz", handle_ready },
  { "/metrics", handle_metrics },
};

static int
find_page (const TwRequest *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (strcmp (tw_request_target (request)->path, pages[i].path) == 0)
      return (int) i;
  return -1;
}

static TwResponse *
begin (TwRequest *request, gpointer user_data)
{
  const char *verb = tw_request_method (request);

  if (find_page (request) < 0)
    return tw_response_new_problem (404, "There is nothing at this path");
  if (strcmp (verb, "GET") == 0 || strcmp (verb, "HEAD") == 0)
    return NULL;
  return tw_response_new_for_verb (verb, ALLOW);
}

static void
handle (TwRequest *request, gpointer user_data)
{
  pages[find_page (request)].handle (user_data, request);
}

TwAdmin *
tw_admin_new (int listen_fd, const TwAdminSubjects *subjects, GError **error)
{
  /* Whoever watches asks every few seconds, and says itself what it hears. */
  static const TwHttpdHandler handler = { .begin = begin, .handle = handle, .access = TW_LOG_DEBUG };
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;
  TwAdmin *admin = g_new0 (TwAdmin, 1);

  limits.max_connections = MAX_CONNECTIONS;
  admin->subjects = *subjects;
  admin->httpd = tw_httpd_new (listen_fd, &limits, NULL, &handler, admin, error);
  if (admin->httpd == NULL)
    g_clear_pointer (&admin, g_free);
  return admin;
}

void
tw_admin_close (TwAdmin *admin)
{
  tw_httpd_close (admin->httpd);
}

void
tw_admin_free (TwAdmin *admin)
{
  tw_httpd_free (admin->httpd);
  g_free (admin);
}
