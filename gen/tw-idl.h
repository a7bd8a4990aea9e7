/* SPDX-License-Identifier: Apache-2.0 */

/* The schema of the idl folder, which is built into each program. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* Loads it. Fails with TW_ERROR_CONFIGURATION where an annotation is wrong. */
TwSchema *tw_idl_load (GError **error);

G_END_DECLS
