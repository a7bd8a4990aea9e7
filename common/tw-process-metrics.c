/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-process-metrics.h"

#include "tw-metrics-text.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void
append_one (TwBuffer *text, const char *name, const char *type, const char *help, double value)
{
  tw_metrics_text_begin (text, name, type, help);
  tw_metrics_text_sample (text, name, NULL, 0, value);
}

/* Seconds since 1970 at which the machine started; 0 where that is not known. */
static double
boot_time (void)
{
  g_autofree char *stat = NULL;
  const char *at = g_file_get_contents ("/proc/stat", &stat, NULL, NULL) ? strstr (stat, "\nbtime ") : NULL;

  return at != NULL ? (double) g_ascii_strtoull (at + strlen ("\nbtime "), NULL, 10) : 0;
}

/* Numbers as proc(5) counts them: the first behind the name is the third. */
#define FIRST_FIELD 3
enum
{
  UTIME = 14,
  STIME = 15,
  STARTTIME = 22,
  VSIZE = 23,
  RSS = 24,
};

static void
append_stat (TwBuffer *text)
{
  const double ticks = (double) sysconf (_SC_CLK_TCK), page = (double) sysconf (_SC_PAGESIZE), boot = boot_time ();
  g_autofree char *stat = NULL;
  g_auto (GStrv) fields = NULL;
  const char *name_end;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL) || (name_end = strrchr (stat, ')')) == NULL)
    return;
  fields = g_strsplit (name_end + strlen (") "), " ", -1);
  if (g_strv_length (fields) <= RSS - FIRST_FIELD)
    return;
#define NUMBER(field) g_ascii_strtod (fields[(field) -FIRST_FIELD], NULL)
  append_one (text, "process_cpu_seconds_total", "counter", "Processor time, user and system, in seconds.",
              (NUMBER (UTIME) + NUMBER (STIME)) / ticks);
  append_one (text, "process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.", NUMBER (VSIZE));
  append_one (text, "process_resident_memory_bytes", "gauge", "Resident memory in bytes.", NUMBER (RSS) * page);
  if (boot > 0)
    append_one (text, "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
                boot + NUMBER (STARTTIME) / ticks);
#undef NUMBER
}

static void
append_descriptors (TwBuffer *text)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  struct rlimit limit;
  guint n = 0;

  if (folder == NULL)
    return;
  while (g_dir_read_name (folder) != NULL)
    n++;
  append_one (text, "process_open_fds", "gauge", "Open file descriptors.", n - 1); /* but the folder's own */
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    append_one (text, "process_max_fds", "gauge", "How many file descriptors can be open.", (double) limit.rlim_cur);
}

void
tw_process_metrics_append (TwBuffer *text)
{
  append_stat (text);
  append_descriptors (text);
}
