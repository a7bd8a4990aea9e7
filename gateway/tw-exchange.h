/* SPDX-License-Identifier: Apache-2.0 */

/* The requests that a libmicrohttpd daemon is busy with: its callbacks, from the target's first sight to the answer's
 * last byte. Not thread-safe: all on the daemon's loop.
 *
 * A request that is not answered at once waits with its connection as it is for some runs of the daemon, and suspended
 * after that: most answers come soon, and suspending and resuming takes system calls. */

#pragma once

#include "tw-httpd.h"

G_BEGIN_DECLS

/* Whom requests are handed on to. It only ever goes down this list. */
typedef enum
{
  TW_SERVING,         /* the handler */
  TW_SERVING_LAST,    /* the handler, and the connection is closed behind the answer */
  TW_SERVING_NO_MORE, /* nobody: they are answered with 503, and the connection is closed */
} TwServing;

typedef struct
{
  TwHttpdLimits limits;
  TwHttpdHandler handler;
  gpointer user_data;
  TwRequestPool *pool;
  TwServing serving;
  gint64 now_us;   /* as the daemon began to run, of g_get_monotonic_time() */
  GQueue open;     /* requests that are not completed, or not answered */
  guint n_waiting; /* connections in TW_PHASE_WAITING: the daemon takes them for work to do */
  guint n_to_do;   /* what the daemon has to do in its next run, and nothing else would tell */
  guint n_handed;  /* requests that the handler was given in this turn */
} TwExchanges;

/* For MHD_OPTION_URI_LOG_CALLBACK, MHD_start_daemon(), MHD_OPTION_NOTIFY_COMPLETED, MHD_OPTION_UNESCAPE_CALLBACK and
 * MHD_OPTION_EXTERNAL_LOGGER; @exchanges is a TwExchanges. */
void *tw_exchanges_on_target (void *exchanges, const char *target, struct MHD_Connection *mhd);
enum MHD_Result tw_exchanges_on_request (void *exchanges, struct MHD_Connection *mhd, const char *url,
                                         const char *method, const char *version, const char *upload,
                                         size_t *upload_size, void **context);
void tw_exchanges_on_completed (void *exchanges, struct MHD_Connection *mhd, void **context,
                                enum MHD_RequestTerminationCode code);
size_t tw_exchanges_keep_escapes (void *exchanges, struct MHD_Connection *mhd, char *text);
void tw_exchanges_on_complaint (void *exchanges, const char *format, va_list arguments) G_GNUC_PRINTF (2, 0);

/* Answers every request that waits for its handler with 503, and ends what comes bit by bit: libmicrohttpd aborts the
 * process when it is stopped with a suspended connection. */
void tw_exchanges_answer_waiting (TwExchanges *exchanges);

G_END_DECLS
