/* SPDX-License-Identifier: Apache-2.0 */

/* The requests that a libmicrohttpd daemon is busy with: its callbacks, from the target's first sight to the answer's
 * last byte. A request that is not answered at once is a suspended connection. Not thread-safe: all on the daemon's
 * loop. */

#pragma once

#include "tw-httpd.h"

G_BEGIN_DECLS

typedef struct
{
  TwHttpdLimits limits;
  TwHttpdHandler handler;
  gpointer user_data;
  TwRequestPool *pool;
  GQueue open;      /* requests that are not completed */
  gboolean resumed; /* a connection was resumed and the daemon has not run since: nothing else would tell */
  gboolean last;    /* connections are closed behind their answer */
  gboolean closing; /* nothing is handed on any more */
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

/* Answers every request whose connection is suspended with 503: libmicrohttpd aborts the process when it is stopped
 * with such a connection. */
void tw_exchanges_answer_suspended (TwExchanges *exchanges);

G_END_DECLS
