/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-http-metrics.h"

#include "tw-histogram.h"
#include "tw-metrics-text.h"

#include <pthread.h>
#include <string.h>

#define NAME "http_server_request_duration_seconds"

/* Of RFC 9110, section 9, and RFC 5789: the first is what every other one is counted as. */
static const char *const methods[]
    = { "_OTHER", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH" };

/* What is counted together. */
typedef struct
{
  const char *route; /* or NULL; the same route is the same pointer */
  guint method;      /* in methods[] */
  guint status;
} Series;

typedef struct
{
  Series series;
  TwHistogram histogram;
} Entry;

struct _TwHttpMetrics
{
  /* While the worker adds an entry, and while somebody reads: the worker's own looking needs none, since nobody else
   * adds. */
  pthread_mutex_t lock;
  GHashTable *entries; /* of Entry, by its Series */
};

static guint
series_hash (gconstpointer key)
{
  const Series *series = key;

  return g_direct_hash (series->route) * 31 + series->method * 1009 + series->status;
}

static gboolean
series_equal (gconstpointer a, gconstpointer b)
{
  const Series *one = a, *other = b;

  return one->route == other->route && one->method == other->method && one->status == other->status;
}

static GHashTable *
new_entries (GDestroyNotify free_entry)
{
  return g_hash_table_new_full (series_hash, series_equal, NULL, free_entry);
}

TwHttpMetrics *
tw_http_metrics_new (void)
{
  TwHttpMetrics *metrics = g_new0 (TwHttpMetrics, 1);

  pthread_mutex_init (&metrics->lock, NULL);
  metrics->entries = new_entries (g_free);
  return metrics;
}

void
tw_http_metrics_free (TwHttpMetrics *metrics)
{
  g_hash_table_unref (metrics->entries);
  pthread_mutex_destroy (&metrics->lock);
  g_free (metrics);
}

static guint
find_method (const char *method)
{
  for (guint i = 1; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (method, methods[i]) == 0)
      return i;
  return 0;
}

static Entry *
add_entry (TwHttpMetrics *metrics, const Series *series)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->series = *series;
  pthread_mutex_lock (&metrics->lock);
  g_hash_table_insert (metrics->entries, &entry->series, entry);
  pthread_mutex_unlock (&metrics->lock);
  return entry;
}

void
tw_http_metrics_observe (TwHttpMetrics *metrics, const char *method, const char *route, guint status,
                         gint64 duration_us)
{
  const Series series = { route, find_method (method), status };
  Entry *entry = g_hash_table_lookup (metrics->entries, &series);

  if (entry == NULL)
    entry = add_entry (metrics, &series);
  tw_histogram_observe (&entry->histogram, duration_us);
}

/* A series of all workers together. */
typedef struct
{
  Series series;
  TwHistogramReading reading;
} Sum;

static void
add_up (TwHttpMetrics *metrics, GHashTable *sums)
{
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&metrics->lock);
  g_hash_table_iter_init (&iter, metrics->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;
      Sum *sum = g_hash_table_lookup (sums, &entry->series);

      if (sum == NULL)
        {
          sum = g_new0 (Sum, 1);
          sum->series = entry->series;
          g_hash_table_insert (sums, &sum->series, sum);
        }
      tw_histogram_read (&entry->histogram, &sum->reading);
    }
  pthread_mutex_unlock (&metrics->lock);
}

static gint
compare_sums (gconstpointer a, gconstpointer b)
{
  const Series *one = &((const Sum *) a)->series, *other = &((const Sum *) b)->series;
  int by_route = g_strcmp0 (one->route, other->route);

  if (by_route != 0)
    return by_route;
  return one->method != other->method ? (gint) one->method - (gint) other->method
                                      : (gint) one->status - (gint) other->status;
}

void
tw_http_metrics_append (TwHttpMetrics *const *all, guint n, TwBuffer *text)
{
  g_autoptr (GHashTable) sums = new_entries (g_free);
  g_autoptr (GList) sorted = NULL;

  for (guint i = 0; i < n; i++)
    add_up (all[i], sums);
  sorted = g_list_sort (g_hash_table_get_values (sums), compare_sums);
  tw_metrics_text_begin (text, NAME, "histogram", "Duration of HTTP requests, in seconds.");
  for (const GList *at = sorted; at != NULL; at = at->next)
    {
      const Sum *sum = at->data;
      char status[16];
      const TwMetricsLabel labels[] = {
        { "http_request_method", methods[sum->series.method] },
        { "http_route", sum->series.route },
        { "http_response_status_code", status },
      };

      g_snprintf (status, sizeof status, "%u", sum->series.status);
      tw_metrics_text_histogram (text, NAME, labels, G_N_ELEMENTS (labels), &sum->reading);
    }
}
