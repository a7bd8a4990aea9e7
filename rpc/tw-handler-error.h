/* SPDX-License-Identifier: Apache-2.0 */

/* What a handler's GError was, which generated code forgets.
 *
 * Where a handler returns FALSE with a GError, the generated processor copies the error's code and text, whatever its
 * domain, into a ThriftApplicationException, frees the error, and sends the exception to the client. That would send
 * internals out. So the moment at which the exception is filled is watched: the error is still there then. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Watches ThriftApplicationException; once, before threads start. */
void tw_handler_error_init (void);

/* Until tw_handler_error_end() on the same thread: keeps a copy of *@error when generated code drops it. @error must be
 * what the processor is given. */
void tw_handler_error_begin (GError **error);

/* The error that generated code dropped since, or NULL. */
GError *tw_handler_error_end (void);

G_END_DECLS
