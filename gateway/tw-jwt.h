/* SPDX-License-Identifier: Apache-2.0 */

/* libjwt's object, with its cleanup. Only the token files use it. */

#pragma once

#include <glib.h>

#include <jwt.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (jwt_t, jwt_free)
