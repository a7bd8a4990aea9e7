/* SPDX-License-Identifier: Apache-2.0 */

/* Inside service/: what an operator can say to every service. */

#pragma once

#include "tw-log.h"
#include "tw-service.h"

G_BEGIN_DECLS

typedef struct
{
  TwAddress *address;
  char *store; /* may hold a password */
  const TwServiceStore *kind; /* the row of the spec that @store asks for */
  gboolean trusted_network;
  TwPlain plain;
  TwLogLevel log_level;
} TwServiceOptions;

/* Reads flags and environment. Fails with TW_ERROR_CONFIGURATION. */
gboolean tw_service_options_read (TwServiceOptions *options, const TwServiceSpec *spec, int argc, char **argv,
                                  GError **error);

void tw_service_options_clear (TwServiceOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwServiceOptions, tw_service_options_clear)

G_END_DECLS
