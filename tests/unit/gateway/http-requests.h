/* SPDX-License-Identifier: Apache-2.0 */

/* Requests without a connection, as handlers are given them. */

#pragma once

#include "tw-request.h"

typedef struct
{
  TwRequest *request;
  /* private */
  TwRequestPool *pool;
  char *bytes;
} HttpRequest;

/* The request that is @raw up to its last header, which must keep all rules. */
HttpRequest http_request (const char *raw);
void http_request_clear (HttpRequest *request);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpRequest, http_request_clear)
