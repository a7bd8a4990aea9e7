/* SPDX-License-Identifier: Apache-2.0 */

/* How Taskwire's code fails: one GError domain whose codes say what a caller can do about it.
 *
 * The message is one sentence for a person and names no backend, path or secret when the code is one that reaches a
 * client (every code but INTERNAL and CONFIGURATION).
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_ERROR (tw_error_quark ())

typedef enum
{
  TW_ERROR_INTERNAL,        /* ours to mend; what it says stays in the log */
  TW_ERROR_CONFIGURATION,   /* the operator's to mend: stops the start with one line */
  TW_ERROR_INVALID,         /* the data breaks a limit */
  TW_ERROR_UNAUTHENTICATED, /* not signed in */
  TW_ERROR_FORBIDDEN,       /* seen, but not allowed */
  TW_ERROR_NOT_FOUND,       /* not there, or another user's */
  TW_ERROR_CONFLICT,        /* taken, or changed meanwhile */
  TW_ERROR_GONE,            /* was there, and is no more */
  TW_ERROR_PRECONDITION,    /* not as the caller said that it has to be */
  TW_ERROR_TOO_LARGE,       /* more than is accepted at once */
  TW_ERROR_REUSED,          /* its key was another request's */
  TW_ERROR_LIMITED,         /* too often: later again */
  TW_ERROR_UNAVAILABLE,     /* away or overloaded: try again later */
  TW_ERROR_TIMEOUT,         /* took longer than its deadline */
} TwErrorCode;

GQuark tw_error_quark (void);

/* Says what of the input an error of this domain is about: the names that lead to it, "color", "operations[2].id". A
 * copy of the error says so too. */
void tw_error_locate (GError *error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Says so of @why (taken), and fails with it. Returns FALSE. */
gboolean tw_error_propagate_at (GError **error, GError *why, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* What tw_error_locate() said, or NULL. Thread-safe. */
const char *tw_error_location (const GError *error);

/* Says which kind of problem an error of this domain is, where that says more than its code: a URI reference (RFC 9457,
 * section 3.1.1), static. A copy of the error says so too. */
void tw_error_set_type (GError *error, const char *type);

/* What tw_error_set_type() said, or NULL. Thread-safe. */
const char *tw_error_type (const GError *error);

/* The HTTP status (RFC 9110) that @error means to a client; 500 for INTERNAL, CONFIGURATION and every other domain.
 * Thread-safe. */
int tw_error_status (const GError *error);

/* The reverse: the code for an HTTP @status; TW_ERROR_INTERNAL where none fits. Thread-safe. */
TwErrorCode tw_error_code_from_status (int status);

/* The sentence that a client may see: @error's own where its code reaches clients, a fixed one otherwise. Never NULL;
 * owned by @error or static. Thread-safe. */
const char *tw_error_public_message (const GError *error);

G_END_DECLS
