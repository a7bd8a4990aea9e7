/* SPDX-License-Identifier: Apache-2.0 */

/* Answers the calls of the IDL's Accounts service from a TwAccountService: generated types here, rules there. */

#pragma once

#include "tw-account-service.h"
#include "tw-call-context.h"

#include "tw_accounts.h"

G_BEGIN_DECLS

/* A handler for a TwAccountsProcessor; free with g_object_unref(). @service must outlive it. Its methods fail with the
 * exceptions that the IDL declares, never with a GError, and wipe the secrets of the structs that they are given. */
TwAccountsHandler *tw_accounts_handler_new (TwAccountService *service, const TwCallContext *const *context);

G_END_DECLS
