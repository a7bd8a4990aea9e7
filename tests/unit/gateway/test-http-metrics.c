/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-http-metrics.h"

#include <pthread.h>
#include <stdatomic.h>

#define COUNT "http_server_request_duration_seconds_count"

static const char *const books = "/books", *const book = "/books/:id";

static char *
text_of (TwHttpMetrics *const *all, guint n)
{
  TwBuffer text = TW_BUFFER_INIT;

  tw_http_metrics_append (all, n, &text);
  tw_buffer_append_byte (&text, '\0');
  return (char *) text.data;
}

static void
assert_count (const char *text, const char *labels, guint expected)
{
  g_autofree char *line = g_strdup_printf ("\n" COUNT "{%s} %u\n", labels, expected);

  g_assert_true (strstr (text, line) != NULL);
}

static void
test_series (void)
{
  g_autoptr (TwHttpMetrics) metrics = tw_http_metrics_new ();
  g_autofree char *none = text_of (&metrics, 1);
  g_autofree char *text = NULL;

  g_assert_cmpstr (none, ==,
                   "# HELP http_server_request_duration_seconds Duration of HTTP requests, in seconds.\n"
                   "# TYPE http_server_request_duration_seconds histogram\n");
  tw_http_metrics_observe (metrics, "GET", books, 200, 300);
  tw_http_metrics_observe (metrics, "GET", books, 200, 300);
  tw_http_metrics_observe (metrics, "GET", books, 401, 300);
  tw_http_metrics_observe (metrics, "HEAD", books, 200, 300);
  tw_http_metrics_observe (metrics, "GET", book, 200, 300);
  tw_http_metrics_observe (metrics, "GET", NULL, 404, 300);
  tw_http_metrics_observe (metrics, "BREW", NULL, 404, 300);
  tw_http_metrics_observe (metrics, "get", NULL, 404, 300);
  text = text_of (&metrics, 1);
  assert_count (text, "http_request_method=\"GET\",http_route=\"/books\",http_response_status_code=\"200\"", 2);
  assert_count (text, "http_request_method=\"GET\",http_route=\"/books\",http_response_status_code=\"401\"", 1);
  assert_count (text, "http_request_method=\"HEAD\",http_route=\"/books\",http_response_status_code=\"200\"", 1);
  assert_count (text, "http_request_method=\"GET\",http_route=\"/books/:id\",http_response_status_code=\"200\"", 1);
  assert_count (text, "http_request_method=\"GET\",http_response_status_code=\"404\"", 1);
  assert_count (text, "http_request_method=\"_OTHER\",http_response_status_code=\"404\"", 2);
  g_assert_null (strstr (text, "BREW"));
}

#define WORKERS 3
#define EACH 20000

typedef struct
{
  TwHttpMetrics *metrics;
  atomic_uint *left;
} Worker;

static void *
work (void *data)
{
  const Worker *worker = data;

  for (guint i = 0; i < EACH; i++)
    tw_http_metrics_observe (worker->metrics, "GET", i % 2 == 0 ? books : book, 200 + i % 50, i % 3000);
  atomic_fetch_sub (worker->left, 1);
  return NULL;
}

/* While workers count, each on its own, somebody asks again and again; at the end nothing is missing. */
static void
test_workers_are_added_up (void)
{
  TwHttpMetrics *all[WORKERS];
  Worker workers[WORKERS];
  pthread_t threads[WORKERS];
  atomic_uint left = WORKERS;
  g_autofree char *text = NULL;

  for (guint i = 0; i < WORKERS; i++)
    all[i] = tw_http_metrics_new ();
  for (guint i = 0; i < WORKERS; i++)
    {
      workers[i] = (Worker) { all[i], &left };
      g_assert_cmpint (pthread_create (&threads[i], NULL, work, &workers[i]), ==, 0);
    }
  do
    {
      g_free (text);
      text = text_of (all, WORKERS);
    }
  while (atomic_load (&left) > 0);
  for (guint i = 0; i < WORKERS; i++)
    pthread_join (threads[i], NULL);
  g_free (text);
  text = text_of (all, WORKERS);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *labels = g_strdup_printf (
          "http_request_method=\"GET\",http_route=\"%s\",http_response_status_code=\"%u\"", i % 2 == 0 ? books : book,
          200 + i);

      assert_count (text, labels, WORKERS * EACH / 50);
    }
  for (guint i = 0; i < WORKERS; i++)
    tw_http_metrics_free (all[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-metrics/series", test_series);
  g_test_add_func ("/http-metrics/workers-are-added-up", test_workers_are_added_up);
  return g_test_run ();
}
